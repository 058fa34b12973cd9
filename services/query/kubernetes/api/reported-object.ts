// Pure: an object as it was told, without what a typed client could not read: one such field would cost it the whole list. Ingest refuses these
// (formats/kubernetes-schema.ts); objects that were stored before it did are still here.
import type { KubernetesObject } from './api-object.ts'

type Fields = Record<string, unknown>

/** Of a Pod, a Node or an Event, from its stored JSON. */
export function toldObject(text: string): KubernetesObject {
  const object = JSON.parse(text) as KubernetesObject
  const { spec, status } = object
  return {
    ...object,
    metadata: metadataOf(object.metadata) as KubernetesObject['metadata'],
    ...(spec === undefined ? {} : { spec: specOf(spec) }),
    ...(status === undefined ? {} : { status: statusOf(status) }),
  }
}

function metadataOf(told: unknown): Fields {
  const metadata = fieldsOf(told)
  const { resourceVersion } = metadata
  return {
    ...textsOnly(metadata, ['name', 'generateName', 'namespace', 'uid', 'resourceVersion']),
    // Agents write it as a number.
    ...(typeof resourceVersion === 'number' ? { resourceVersion: String(resourceVersion) } : {}),
    ...ofEach(metadata, ['labels', 'annotations'], textValues),
    ...ofEach(metadata, ['ownerReferences'], objectsIn),
  }
}

function specOf(told: unknown): Fields {
  const spec = textsOnly(fieldsOf(told), ['nodeName', 'restartPolicy', 'serviceAccountName'])
  return { ...spec, ...ofEach(spec, ['containers', 'initContainers', 'ephemeralContainers'], containersIn) }
}

function statusOf(told: unknown): Fields {
  const status = textsOnly(fieldsOf(told), ['phase', 'reason', 'message', 'podIP', 'hostIP'])
  const lists = ['conditions', 'podIPs', 'hostIPs', 'addresses']
  const statuses = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']
  return { ...status, ...ofEach(status, [...lists, ...statuses], objectsIn) }
}

const containersIn = (told: unknown): Fields[] =>
  objectsIn(told)
    .filter(({ name }) => typeof name === 'string')
    .map((container) => textsOnly(container, ['image']))

const objectsIn = (told: unknown): Fields[] => (Array.isArray(told) ? (told as unknown[]).filter(isFields) : [])

const textValues = (told: unknown): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(told)).filter(([, value]) => typeof value === 'string'))

/** These fields of it, where it has them, made of what they hold. */
const ofEach = (object: Fields, names: readonly string[], make: (told: unknown) => unknown): Fields =>
  Object.fromEntries(names.flatMap((name) => (object[name] === undefined ? [] : [[name, make(object[name])]])))

/** All of it, but those of these fields that are no text. */
const textsOnly = (object: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(object).filter(([name, value]) => typeof value === 'string' || !names.includes(name)))

const fieldsOf = (told: unknown): Fields => (isFields(told) ? told : {})

const isFields = (told: unknown): told is Fields => typeof told === 'object' && told !== null && !Array.isArray(told)
