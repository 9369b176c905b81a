// The Databricks workspace: premium, clusters and serverless compute, no public addresses on its machines.

@description('Name of the workspace.')
param name string

@description('Azure region.')
param location string

@description('Tags.')
param tags object

@description('Name of the resource group that Databricks creates and manages.')
param managedResourceGroupName string

@description('ARM id of the virtual network that clusters are put into; empty for one that Databricks manages.')
param networkId string

@description('Name of the subnet for the hosts of clusters.')
param hostSubnetName string

@description('Name of the subnet for the containers of clusters.')
param containerSubnetName string

@description('Whether it is reached from outside its private endpoints, by who may sign in.')
param publicAccess bool

@description('ARM id of the Log Analytics workspace.')
param logAnalyticsId string

var noPublicAddresses = {
  enableNoPublicIp: {
    value: true
  }
}
var ownNetwork = {
  customVirtualNetworkId: {
    value: networkId
  }
  customPublicSubnetName: {
    value: hostSubnetName
  }
  customPrivateSubnetName: {
    value: containerSubnetName
  }
}

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
    parameters: union(noPublicAddresses, empty(networkId) ? {} : ownNetwork)
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    // Clusters reach the control plane through the private endpoint where there is no public access.
    requiredNsgRules: publicAccess ? 'AllRules' : 'NoAzureDatabricksRules'
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
