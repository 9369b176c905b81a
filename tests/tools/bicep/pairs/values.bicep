// Values: literals, operators, strings, accesses, lambdas.
metadata purpose = 'values'

@description('A name.')
@minLength(2)
@maxLength(10)
param name string

@allowed([
  'a'
  'b'
])
param kind string = 'a'

@secure()
param password string = newGuid()

@secure()
param bag object = {}

@minValue(-3)
param count int = -1

var quoted = 'it\'s ${name} {0} \u{e9}'
var many = '''
first
  'second' ${name}
'''
var bracket = '[not an expression]'
var open = '[test'
var curlies = '{${123}{0}${true}}'
var extraQuotes = ''''abc''''
var fixedLoop = [for i in range(0, 10): 3]
var choice = count > 2 && kind != 'a' || !empty(name) ? bag.inner['x-y'].z : null
var sum = (count + 2) * 3 - count / 4 % 5
var same = name =~ 'ABC' ? [
  true
  false
] : []
var safe = bag.?inner.?deep.value ?? 'none'
var large = [
  4294967296
  max(4294967296, 1)
]
var named = map(range(0, 3), i => '${name}${i}')
var folded = reduce([
  1
  2
], 0, (sofar, next) => sofar + next)
var objects = [for (item, index) in ['x', 'y']: {
  name: item
  at: index
}]
var doubled = [for item in [1, 2]: item * 2]

output all object = {
  quoted: quoted
  '${name}-key': any(bracket)
  list: [for item in named: {
    item: item
  }]
}
output letters array = [for item in named: toUpper(item)]
