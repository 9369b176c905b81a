// Who reads and writes the data lake: the access connector's identity.

@description('Name of the storage account.')
param storageAccountName string

@description('Object id of the service principal that reads and writes the data.')
param contributorPrincipalId string

// Storage Blob Data Contributor
var contributorRoleId = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource storageAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName
}

resource contributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storageAccount
  name: guid(storageAccount.id, contributorPrincipalId, contributorRoleId)
  properties: {
    principalId: contributorPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', contributorRoleId)
  }
}
