// Resources: children, extensions, loops, conditions, references, inlining.
param location string = resourceGroup().location
param names array = [
  'one'
  'two'
]
param deployed bool = true

var endpoint = account.properties.primaryEndpoints.blob
var accountName = account.name

resource account 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: 'account'
  location: location
  sku: {
    name: 'Standard_LRS'
  }
  kind: 'StorageV2'

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      cors: {
        corsRules: [for name in names: {
          allowedOrigins: [
            name
          ]
        }]
      }
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-01-01' = [for (name, index) in names: {
  parent: account::blobs
  name: '${name}${index}'
}]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  scope: resourceGroup('other')
  name: 'identity'
}

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' existing = {
  scope: subscription()
  name: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
}

@description('Lets the identity write.')
resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployed) {
  scope: account
  name: guid(account.id, identity.id, role.id)
  properties: {
    principalId: identity.properties.principalId
    roleDefinitionId: role.id
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'vault'
  location: account.location
  tags: {
    endpoint: endpoint
    account: accountName
    key: account.listKeys().keys[0].value
    container: container[1].name
  }
  properties: {
    tenantId: tenant().tenantId
  }
  dependsOn: [
    container
  ]
}

output principal string = identity.properties.principalId
output containerIds array = [for i in range(0, length(names)): container[i].id]
