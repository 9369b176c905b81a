// Where applications send their traces. They sign in to do so: the key in the connection string opens nothing.

@description('Name of the component.')
param name string

@description('Azure region.')
param location string

@description('Tags.')
param tags object

@description('ARM id of the Log Analytics workspace that keeps the traces.')
param logAnalyticsId string

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: logAnalyticsId
  }
}
