// A Databricks workspace without clusters of its own: premium, serverless compute only. It has no managed resource group and no network.

@description('Name of the workspace.')
param name string

@description('Azure region.')
param location string

@description('Tags.')
param tags object

@description('ARM id of the Log Analytics workspace.')
param logAnalyticsId string

resource workspace 'Microsoft.Databricks/workspaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'premium'
  }
  properties: {
    computeMode: 'Serverless'
    publicNetworkAccess: 'Enabled'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: workspace
  name: 'lakestrap'
  properties: {
    workspaceId: logAnalyticsId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}
