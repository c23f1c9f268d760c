// A session pool as a Bicep file declares it, with the values of api-spec/CONTROL-PLANE.md section 2.
resource sessionPool 'Microsoft.App/sessionPools@2024-02-02-preview' = {
  name: 'ca-session-pool'
  location: 'northeurope'
  properties: {
    poolManagementType: 'Dynamic'
    containerType: 'PythonLTS'
    scaleConfiguration: {
      maxConcurrentSessions: 100
    }
    dynamicPoolConfiguration: {
      executionType: 'Timed'
      cooldownPeriodInSeconds: 300
    }
    sessionNetworkConfiguration: {
      status: 'EgressDisabled'
    }
  }
}
