// A record, a Pod and an Event with everything that they need, to be made strange.

/** Everything that is stored on purpose belongs to this tenant. */
export const tenant = { 'x-scope-orgid': 'hostile' }

export const goodRecord = {
  time: new Date().toISOString(),
  namespace: 'shop',
  pod: 'odd',
  podUid: 'uid-odd',
  container: 'app',
  message: 'odd',
}

export const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'odd', namespace: 'shop', uid: 'uid-odd' },
  spec: {},
  status: {},
}
export const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'odd', namespace: 'shop', uid: 'e' },
  involvedObject: { kind: 'Pod', name: 'odd', namespace: 'shop', uid: 'uid-odd' },
  lastTimestamp: new Date().toISOString(),
}
