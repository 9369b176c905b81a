// The identity by which Unity Catalog reaches the data lake.

@description('Name of the access connector.')
param name string

@description('Azure region.')
param location string

@description('Tags.')
param tags object

resource accessConnector 'Microsoft.Databricks/accessConnectors@2026-01-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {}
}

@description('Object id of its identity.')
output principalId string = accessConnector.identity.principalId
