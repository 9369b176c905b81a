param names array

@secure()
param secret string

output names array = names
output text string = 'x${length(names)}'
