// What needs the template language's second version: types, functions, symbolic names.
@description('A pair.')
type pair = {
  left: string

  @minValue(1)
  right: int?
}

type pairs = pair[]

param direction 'up' | 'down' | 'aside' = 'up'
param given pairs
param two [string, int]?

func joined(left string, right int) string => '${left}-${right}'

resource account 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: joined('account', 1)
  location: direction
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: account
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: account.properties.primaryEndpoints.blob
  }
}

output first string = given[0].left
