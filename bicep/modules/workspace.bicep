// The Databricks workspace: premium, classic and serverless compute, no public addresses on its machines.

@description('Name of the workspace.')
param name string

@description('Azure region.')
param location string

@description('Tags.')
param tags object

@description('Name of the resource group that Databricks creates and manages.')
param managedResourceGroupName string

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
    computeMode: 'Hybrid'
    managedResourceGroupId: '${subscription().id}/resourceGroups/${managedResourceGroupName}'
    publicNetworkAccess: 'Enabled'
    parameters: {
      enableNoPublicIp: {
        value: true
      }
    }
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

@description('ARM id of the workspace.')
output id string = workspace.id

@description('Host name of the workspace, without https://.')
output url string = workspace.properties.workspaceUrl
