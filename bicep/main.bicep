// What one environment needs besides its vault and its identities: a Databricks workspace, a data lake, the connector between them,
// their logs, and where it is wished a network of its own. Resource-group scoped: everything here is within the rights of the
// environment's deploy identity.
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

@description('Hybrid: clusters and serverless compute. Serverless: serverless compute only. It cannot be changed later.')
@allowed([
  'Hybrid'
  'Serverless'
])
param computeMode string = 'Hybrid'

@description('Name of the resource group that Databricks creates and manages. It must not exist before. A serverless workspace has none.')
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

@description('Name of the Application Insights component; empty for none.')
param applicationInsightsName string = ''

@description('Name of the Key Vault in this group that is logged and, in a private network, gets an endpoint; empty where it is none of ours.')
param vaultName string = ''

@description('public: no network of its own. injected: clusters in a network of this environment. private: also no public access.')
@allowed([
  'public'
  'injected'
  'private'
])
param networkMode string = 'public'

@description('Name of the virtual network that is created.')
param networkName string = 'vnet-${environmentName}'

@description('Address range of the virtual network that is created.')
param networkAddressSpace string = '10.139.0.0/22'

@description('Name of the subnet for the hosts of clusters, delegated to Databricks.')
param hostSubnetName string = 'snet-databricks-host'

@description('Address range of the subnet for the hosts of clusters.')
param hostSubnetRange string = '10.139.0.0/24'

@description('Name of the subnet for the containers of clusters, delegated to Databricks.')
param containerSubnetName string = 'snet-databricks-container'

@description('Address range of the subnet for the containers of clusters.')
param containerSubnetRange string = '10.139.1.0/24'

@description('Name of the subnet for private endpoints.')
param endpointSubnetName string = 'snet-private-endpoints'

@description('Address range of the subnet for private endpoints.')
param endpointSubnetRange string = '10.139.2.0/24'

@description('ARM id of a virtual network of your own with those subnets; empty to create one.')
param existingNetworkId string = ''

@description('ARM id of the resource group that holds private DNS zones of your own; empty to create them.')
param existingDnsZonesId string = ''

@description('Whether people sign in to the workspaces of this region through this workspace: one for each set of private DNS zones.')
param signInEndpoint bool = true

@description('Amount of the monthly budget in the currency of the bill; 0 for no budget.')
@minValue(0)
param budgetAmount int = 0

@description('First day of the month in which the budget starts, like 2026-12-01. It cannot be changed later.')
param budgetStart string = ''

@description('E-mail addresses that are told when the budget is nearly spent.')
param budgetContacts array = []

@description('ARM id of a Databricks workspace of your own; empty to create one.')
param existingWorkspaceId string = ''

@description('ARM id of a storage account of your own; empty to create one.')
param existingStorageId string = ''

var makesWorkspace = empty(existingWorkspaceId)
var makesStorage = empty(existingStorageId)
var isPrivate = networkMode == 'private'

// Ids are computed, not taken from outputs: so a what-if sees through the modules.
var logAnalyticsId = resourceId('Microsoft.OperationalInsights/workspaces', logAnalyticsName)
var accessConnectorResourceId = resourceId('Microsoft.Databricks/accessConnectors', accessConnectorName)
var workspaceId = makesWorkspace ? resourceId('Microsoft.Databricks/workspaces', workspaceName) : existingWorkspaceId
var storageId = resourceId('Microsoft.Storage/storageAccounts', storageAccountName)
var vaultId = resourceId('Microsoft.KeyVault/vaults', vaultName)
var networkId = empty(existingNetworkId) ? resourceId('Microsoft.Network/virtualNetworks', networkName) : existingNetworkId

var workspaceZone = 'privatelink.azuredatabricks.net'
var dfsZone = 'privatelink.dfs.${environment().suffixes.storage}'
var blobZone = 'privatelink.blob.${environment().suffixes.storage}'
var vaultZone = 'privatelink.vaultcore.azure.net'

var workspaceEndpoints = [
  {
    name: take('pe-workspace-${workspaceName}', 64)
    targetId: workspaceId
    part: 'databricks_ui_api'
    zone: workspaceZone
  }
]
var signInEndpoints = [
  {
    name: take('pe-sign-in-${workspaceName}', 64)
    targetId: workspaceId
    part: 'browser_authentication'
    zone: workspaceZone
  }
]
var storageEndpoints = [
  {
    name: 'pe-dfs-${storageAccountName}'
    targetId: storageId
    part: 'dfs'
    zone: dfsZone
  }
  {
    name: 'pe-blob-${storageAccountName}'
    targetId: storageId
    part: 'blob'
    zone: blobZone
  }
]
var vaultEndpoints = [
  {
    name: 'pe-vault-${vaultName}'
    targetId: vaultId
    part: 'vault'
    zone: vaultZone
  }
]

var endpointsOfWorkspace = signInEndpoint ? concat(workspaceEndpoints, signInEndpoints) : workspaceEndpoints
var madeEndpoints = concat(makesWorkspace ? endpointsOfWorkspace : [], makesStorage ? storageEndpoints : [])

module logAnalytics 'modules/log_analytics.bicep' = {
  name: '${environmentName}-log-analytics'
  params: {
    name: logAnalyticsName
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

module applicationInsights 'modules/application_insights.bicep' = if (!empty(applicationInsightsName)) {
  name: '${environmentName}-application-insights'
  params: {
    name: applicationInsightsName
    location: location
    tags: tags
    logAnalyticsId: logAnalyticsId
  }
  dependsOn: [
    logAnalytics
  ]
}

module accessConnector 'modules/access_connector.bicep' = {
  name: '${environmentName}-access-connector'
  params: {
    name: accessConnectorName
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = if (makesStorage) {
  name: '${environmentName}-storage'
  params: {
    name: storageAccountName
    location: location
    tags: tags
    sku: storageSku
    containers: containers
    publicAccess: !isPrivate
    trustedResourceId: accessConnectorResourceId
    logAnalyticsId: logAnalyticsId
  }
  dependsOn: [
    accessConnector
    logAnalytics
  ]
}

module storageAccess 'modules/storage_access.bicep' = if (makesStorage) {
  name: '${environmentName}-storage-access'
  params: {
    storageAccountName: storageAccountName
    contributorPrincipalId: accessConnector.outputs.principalId
  }
  dependsOn: [
    storage
  ]
}

module vault 'modules/vault.bicep' = if (!empty(vaultName)) {
  name: '${environmentName}-vault'
  params: {
    name: vaultName
    logAnalyticsId: logAnalyticsId
  }
  dependsOn: [
    logAnalytics
  ]
}

module network 'modules/network.bicep' = if (networkMode != 'public' && empty(existingNetworkId)) {
  name: '${environmentName}-network'
  params: {
    name: networkName
    location: location
    tags: tags
    addressSpace: networkAddressSpace
    hostSubnetName: hostSubnetName
    hostSubnetRange: hostSubnetRange
    containerSubnetName: containerSubnetName
    containerSubnetRange: containerSubnetRange
    endpointSubnetName: endpointSubnetName
    endpointSubnetRange: endpointSubnetRange
    isPrivate: isPrivate
  }
}

module workspace 'modules/workspace.bicep' = if (makesWorkspace && computeMode == 'Hybrid') {
  name: '${environmentName}-workspace'
  params: {
    name: workspaceName
    location: location
    tags: tags
    managedResourceGroupName: managedResourceGroupName
    networkId: networkMode == 'public' ? '' : networkId
    hostSubnetName: hostSubnetName
    containerSubnetName: containerSubnetName
    publicAccess: !isPrivate
    logAnalyticsId: logAnalyticsId
  }
  dependsOn: [
    logAnalytics
    network
  ]
}

module serverlessWorkspace 'modules/serverless_workspace.bicep' = if (makesWorkspace && computeMode == 'Serverless') {
  name: '${environmentName}-serverless-workspace'
  params: {
    name: workspaceName
    location: location
    tags: tags
    logAnalyticsId: logAnalyticsId
  }
  dependsOn: [
    logAnalytics
  ]
}

module privateDns 'modules/private_dns.bicep' = if (isPrivate && empty(existingDnsZonesId)) {
  name: '${environmentName}-private-dns'
  params: {
    zones: [
      workspaceZone
      dfsZone
      blobZone
      vaultZone
    ]
    tags: tags
    networkId: networkId
  }
  dependsOn: [
    network
  ]
}

module privateEndpoints 'modules/private_endpoints.bicep' = if (isPrivate) {
  name: '${environmentName}-private-endpoints'
  params: {
    location: location
    tags: tags
    subnetId: '${networkId}/subnets/${endpointSubnetName}'
    zonesId: empty(existingDnsZonesId) ? resourceGroup().id : existingDnsZonesId
    endpoints: concat(madeEndpoints, empty(vaultName) ? [] : vaultEndpoints)
  }
  dependsOn: [
    network
    privateDns
    storage
    workspace
  ]
}

module budget 'modules/budget.bicep' = if (budgetAmount > 0) {
  name: '${environmentName}-budget'
  params: {
    name: 'budget-${environmentName}'
    amount: budgetAmount
    startDate: budgetStart
    contacts: budgetContacts
  }
}

@description('Host name of the workspace, without https://.')
output workspaceUrl string = reference(workspaceId, '2026-01-01').workspaceUrl

@description('ARM id of the workspace.')
output workspaceResourceId string = workspaceId

@description('Name of the data lake.')
output storageAccountName string = makesStorage ? storageAccountName : last(split(existingStorageId, '/'))

@description('ARM id of the access connector.')
output accessConnectorId string = accessConnectorResourceId
