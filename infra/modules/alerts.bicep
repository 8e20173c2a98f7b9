// Who is told, and when. A rule's query says what it counts; what to do is in the runbook that its
// description names. Rules on one restore are split by its request id, which the alert then names.
param prefix string
param location string
param tags object
param emails string[]
@description('Action groups that exist already and are told, too.')
param actionGroupIds string[]
param componentId string
param workspaceId string
param storageAccountId string
@description('RESTORE_RECONCILE_S: how often the reconciler ticks.')
param reconcileSeconds int

@description('Minutes after which a restore that waits for an approval is told.')
param approvalMinutes int
@description('Where the runbooks are read: a page with a heading for each alert.')
param runbooks string

// At least three ticks must be missing; a log search knows these windows only.
var silence = reconcileSeconds <= 600 ? 'PT30M' : reconcileSeconds <= 1200 ? 'PT1H' : 'PT4H'
// What is told at each tick must be seen within the window, also where the reconciler ticks seldom.
var ticked = reconcileSeconds <= 600 ? 'PT15M' : reconcileSeconds <= 1200 ? 'PT30M' : 'PT2H'
var rules = [
  {
    name: 'no-reconciler-tick'
    severity: 0
    scope: componentId
    query: loadTextContent('../queries/reconciler-ticks.kql')
    measure: 'Ticks'
    splitBy: ''
    operator: 'LessThan'
    threshold: 1
    window: silence
    isState: true
    description: 'Dead man\'s switch: the reconciler has not looked at what is open. The app does not run, its storage account does not answer, or its telemetry does not arrive.'
  }
  {
    name: 'app-unwell'
    severity: 1
    scope: componentId
    query: loadTextContent('../queries/app-unwell.kql')
    measure: 'Complaints'
    splitBy: ''
    operator: 'GreaterThan'
    threshold: 0
    window: ticked
    isState: true
    description: 'The app says that something keeps it from its work: a wrong setting, its storage account, or its identity.'
  }
  {
    name: 'identity-refused'
    severity: 1
    scope: componentId
    query: loadTextContent('../queries/identity-refused.kql')
    measure: 'Refused'
    splitBy: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: true
    description: 'The app\'s identity got no token, or Azure refused it for want of a right.'
  }
  {
    name: 'restore-failed'
    severity: 1
    scope: componentId
    query: loadTextContent('../queries/restore-failed.kql')
    measure: 'Restores'
    splitBy: 'RequestId'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: false
    description: 'A restore ended without what was asked for.'
  }
  {
    name: 'approval-waits'
    severity: 2
    scope: componentId
    query: replace(loadTextContent('../queries/approval-waits.kql'), '{Minutes}', string(approvalMinutes))
    measure: 'Restores'
    splitBy: 'RequestId'
    operator: 'GreaterThan'
    threshold: 0
    window: ticked
    isState: true
    description: 'A restore waits for a person\'s approval. If nobody decides in time, it is rejected.'
  }
  {
    name: 'stands-still'
    severity: 1
    scope: componentId
    query: replace(loadTextContent('../queries/stands-still.kql'), '{Minutes}', '60')
    measure: 'Restores'
    splitBy: 'RequestId'
    operator: 'GreaterThan'
    threshold: 0
    window: reconcileSeconds <= 1200 ? 'PT1H' : 'PT4H'
    isState: true
    description: 'A restore is open, waits for nobody, and for an hour nothing was done for it.'
  }
  {
    name: 'followed-again'
    severity: 2
    scope: componentId
    query: loadTextContent('../queries/followed-again.kql')
    measure: 'Restores'
    splitBy: 'RequestId'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: false
    description: 'An orchestration ended without a verdict. The reconciler started the restore again, or gave it up after the last time.'
  }
  {
    name: 'events-held-up'
    severity: 2
    scope: componentId
    query: replace(loadTextContent('../queries/events-held-up.kql'), '{Minutes}', '10')
    measure: 'Events'
    splitBy: 'RequestId'
    operator: 'GreaterThan'
    threshold: 0
    window: ticked
    isState: true
    description: 'Events of a restore could not be sent for ten minutes. Whoever waits for them does not know how it stands.'
  }
  {
    name: 'poison-messages'
    severity: 1
    scope: componentId
    query: loadTextContent('../queries/poison-messages.kql')
    measure: 'Messages'
    splitBy: 'Rejection'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: false
    description: 'A message failed five times. The app has put it aside: nothing of it is restored until somebody puts it back.'
  }
  {
    name: 'executions-fail'
    severity: 1
    scope: componentId
    query: loadTextContent('../queries/failed-executions.kql')
    measure: 'Failures'
    splitBy: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: true
    description: 'A function ended in an exception, was cut short, or answered 500. It is repeated by itself.'
  }
  {
    name: 'storage-refuses'
    severity: 1
    scope: workspaceId
    query: loadTextContent('../queries/storage-refused.kql')
    measure: 'Refused'
    splitBy: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: true
    description: 'The app\'s storage account refused requests for want of a right.'
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-on-call'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'vm-restore'
    emailReceivers: [
      for (address, index) in emails: {
        name: 'email-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

// A table that no log has reached yet does not exist: a query on it would be refused at deployment.
resource logRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'VM restore: ${rule.name}'
      description: '${rule.description} Runbook: ${runbooks}#alert-${rule.name}'
      enabled: true
      severity: rule.severity
      scopes: [rule.scope]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      skipQueryValidation: true
      autoMitigate: rule.isState
      muteActionsDuration: rule.isState ? null : rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.measure
            timeAggregation: 'Total'
            operator: rule.operator
            threshold: rule.threshold
            dimensions: empty(rule.splitBy) ? [] : [{ name: rule.splitBy, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: concat([people.id], actionGroupIds) }
    }
  }
]

resource storageUnwell 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${prefix}-storage-unwell'
  location: 'global'
  tags: tags
  properties: {
    description: 'The app\'s storage account answers badly. Restores wait for it and go on. Runbook: ${runbooks}#alert-storage-unwell'
    enabled: true
    severity: 1
    scopes: [storageAccountId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'availability'
          metricName: 'Availability'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 90
        }
      ]
    }
    actions: [for id in concat([people.id], actionGroupIds): { actionGroupId: id }]
  }
}
