// How texts of the outside are read: refused here is what Azure would refuse late and obscurely.

@export()
@description('The entries of a text that separates them by commas.')
func list(text string) string[] => filter(map(split(text, ','), entry => trim(entry)), entry => !empty(entry))

@export()
@description('The ARM id, if it is one of that many segments with this in it.')
func armId(id string, segments int, part string, parameter string) string =>
  length(split(id, '/')) == segments && startsWith(toLower(id), '/subscriptions/') && contains(toLower(id), part)
    ? id
    : fail('${parameter}: ${id} is not an ARM id like /subscriptions/…${part}…')

@export()
@description('The id of a subscription, if it is a GUID.')
func subscriptionId(id string, parameter string) string =>
  length(split(id, '-')) == 5 && length(id) == 36 ? id : fail('${parameter}: ${id} is not a subscription\'s GUID')
