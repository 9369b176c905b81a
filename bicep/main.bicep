// What one environment needs besides its vault and its identities: a Databricks workspace, a data lake, the connector between
// them, and their logs. Resource-group scoped: everything here is within the rights of the environment's deploy identity.
targetScope = 'resourceGroup'

@description('Name of the environment; part of the names of the nested deployments.')
@maxLength(24)
param environmentName string

@description('Azure region of everything that is created.')
param location string = resourceGroup().location

@description('Tags of everything that is created.')
param tags object = {}

@description('Name of the Databricks workspace.')
@minLength(3)
@maxLength(64)
param workspaceName string

@description('Name of the resource group that Databricks creates and manages. It must not exist before.')
param managedResourceGroupName string

@description('Name of the storage account of the data lake; unique in Azure.')
@minLength(3)
@maxLength(24)
param storageAccountName string

@description('Redundancy of the data lake.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageSku string = 'Standard_LRS'

@description('Containers of the data lake.')
param containers array = [
  'bronze'
  'silver'
  'gold'
]

@description('Name of the access connector, whose identity Unity Catalog uses to reach the data lake.')
@minLength(3)
@maxLength(64)
param accessConnectorName string

@description('Name of the Log Analytics workspace.')
@minLength(4)
@maxLength(63)
param logAnalyticsName string

@description('How many days logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('ARM id of a Databricks workspace of your own; empty to create one.')
param existingWorkspaceId string = ''

@description('ARM id of a storage account of your own; empty to create one.')
param existingStorageId string = ''

module logAnalytics 'modules/log_analytics.bicep' = {
  name: '${environmentName}-log-analytics'
  params: {
    name: logAnalyticsName
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

module accessConnector 'modules/access_connector.bicep' = {
  name: '${environmentName}-access-connector'
  params: {
    name: accessConnectorName
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = if (empty(existingStorageId)) {
  name: '${environmentName}-storage'
  params: {
    name: storageAccountName
    location: location
    tags: tags
    sku: storageSku
    containers: containers
    contributorPrincipalId: accessConnector.outputs.principalId
    logAnalyticsId: logAnalytics.outputs.id
  }
}

module workspace 'modules/workspace.bicep' = if (empty(existingWorkspaceId)) {
  name: '${environmentName}-workspace'
  params: {
    name: workspaceName
    location: location
    tags: tags
    managedResourceGroupName: managedResourceGroupName
    logAnalyticsId: logAnalytics.outputs.id
  }
}

@description('Host name of the workspace, without https://.')
output workspaceUrl string = empty(existingWorkspaceId) ? workspace!.outputs.url : reference(existingWorkspaceId, '2026-01-01').workspaceUrl

@description('ARM id of the workspace.')
output workspaceResourceId string = empty(existingWorkspaceId) ? workspace!.outputs.id : existingWorkspaceId

@description('Name of the data lake.')
output storageAccountName string = empty(existingStorageId) ? storage!.outputs.name : last(split(existingStorageId, '/'))

@description('ARM id of the access connector.')
output accessConnectorId string = accessConnector.outputs.id
