// Modules: parameters, outputs, scopes, loops, secrets.
targetScope = 'subscription'

param groupName string
param regions array

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: groupName
  location: deployment().location
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  scope: group
  name: 'vault'
}

module first 'part.bicep' = {
  scope: group
  name: 'first'
  params: {
    names: [for region in regions: toLower(region)]
    secret: vault.getSecret('word')
  }
}

@batchSize(1)
module rest 'part.bicep' = [for (region, i) in regions: if (i > 0) {
  scope: resourceGroup('other')
  name: 'rest-${i}'
  params: {
    names: i == 1 ? first.outputs.names : []
    secret: 'x'
  }
}]

output text string = rest[0].outputs.text
