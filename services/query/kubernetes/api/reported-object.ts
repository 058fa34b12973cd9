// Pure: an object as Kubernetes reported it, without fields that a typed client cannot read: one such field would cost
// the client the whole list. Ingest refuses such objects (formats/kubernetes-schema.ts), but older versions stored
// some.
import type { KubernetesObject } from './api-object.ts'

type Fields = Record<string, unknown>

/** From the stored JSON of a Pod, a Node or an Event. */
export function reportedObject(text: string): KubernetesObject {
  const object = JSON.parse(text) as KubernetesObject
  const { spec, status } = object
  return {
    ...object,
    metadata: metadataOf(object.metadata) as KubernetesObject['metadata'],
    ...(spec === undefined ? {} : { spec: specOf(spec) }),
    ...(status === undefined ? {} : { status: statusOf(status) }),
  }
}

function metadataOf(value: unknown): Fields {
  const metadata = fieldsOf(value)
  const { resourceVersion } = metadata
  return {
    ...textsOnly(metadata, ['name', 'generateName', 'namespace', 'uid', 'resourceVersion']),
    // Some agents write it as a number.
    ...(typeof resourceVersion === 'number' ? { resourceVersion: String(resourceVersion) } : {}),
    ...ofEach(metadata, ['labels', 'annotations'], textValues),
    ...ofEach(metadata, ['ownerReferences'], objectsIn),
  }
}

function specOf(value: unknown): Fields {
  const spec = textsOnly(fieldsOf(value), ['nodeName', 'restartPolicy', 'serviceAccountName'])
  return { ...spec, ...ofEach(spec, ['containers', 'initContainers', 'ephemeralContainers'], containersIn) }
}

function statusOf(value: unknown): Fields {
  const status = textsOnly(fieldsOf(value), ['phase', 'reason', 'message', 'podIP', 'hostIP'])
  const lists = ['conditions', 'podIPs', 'hostIPs', 'addresses']
  const statuses = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']
  return { ...status, ...ofEach(status, [...lists, ...statuses], objectsIn) }
}

const containersIn = (value: unknown): Fields[] =>
  objectsIn(value)
    .filter(({ name }) => typeof name === 'string')
    .map((container) => textsOnly(container, ['image']))

const objectsIn = (value: unknown): Fields[] => (Array.isArray(value) ? (value as unknown[]).filter(isFields) : [])

const textValues = (value: unknown): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(value)).filter(([, field]) => typeof field === 'string'))

/** These fields of the object, where it has them, each made by `make` from its value. */
const ofEach = (object: Fields, names: readonly string[], make: (value: unknown) => unknown): Fields =>
  Object.fromEntries(names.flatMap((name) => (object[name] === undefined ? [] : [[name, make(object[name])]])))

/** The object without those of these fields that are no text. */
const textsOnly = (object: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(
    Object.entries(object).filter(([name, value]) => typeof value === 'string' || !names.includes(name)),
  )

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
