// Pure: objects, lists and tables in the forms of the Kubernetes API: k8s.io/apimachinery pkg/apis/meta/v1/types.go.

export interface Metadata {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  creationTimestamp?: string | null
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  [field: string]: unknown
}

export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: Metadata
  [field: string]: unknown
}

export interface Column {
  name: string
  type: 'string' | 'integer'
  format: '' | 'name'
  description: string
  /** kubectl shows a column above 0 only with -o wide. */
  priority: number
}

export const column = (name: string, description: string, priority = 0): Column => ({
  name,
  type: 'string',
  format: name === 'Name' ? 'name' : '',
  description,
  priority,
})

/** One object of a list, with its row of a table. */
export interface Item {
  /** The whole object, or only its metadata where the request needs no more. */
  object: KubernetesObject
  cells: readonly (string | number)[]
}

export interface Resource {
  apiVersion: string
  kind: string
  plural: string
  columns: readonly Column[]
}

export interface Shape {
  as: 'Object' | 'Table' | 'PartialObjectMetadata'
  /** How much of the object each row of a table has. */
  include: 'None' | 'Metadata' | 'Object'
}

const meta = 'meta.k8s.io/v1'

function partial({ metadata }: KubernetesObject): KubernetesObject {
  return { kind: 'PartialObjectMetadata', apiVersion: meta, metadata }
}

function row({ object, cells }: Item, include: Shape['include']): object {
  return { cells, object: include === 'None' ? null : include === 'Metadata' ? partial(object) : object }
}

/** A table, as the answer to a request for one object and as the object of a watch event. */
function table(resource: Resource, items: readonly Item[], { include }: Shape, metadata: object = {}): object {
  return {
    kind: 'Table',
    apiVersion: meta,
    metadata,
    columnDefinitions: resource.columns,
    rows: items.map((item) => row(item, include)),
  }
}

export function single(resource: Resource, item: Item, shape: Shape): object {
  switch (shape.as) {
    case 'Table':
      return table(resource, [item], shape)
    case 'PartialObjectMetadata':
      return partial(item.object)
    case 'Object':
      return item.object
  }
}

/** The text of a list in pieces: its head, its items with a comma between them, its tail. */
export interface ListText {
  head: string
  item(item: Item): string
  tail(metadata: object): string
}

export function listText(resource: Resource, shape: Shape): ListText {
  const tail = (metadata: object): string => `],"metadata":${JSON.stringify(metadata)}}`
  switch (shape.as) {
    case 'Table':
      return {
        head: `{"kind":"Table","apiVersion":"${meta}","columnDefinitions":${JSON.stringify(resource.columns)},"rows":[`,
        item: (item) => JSON.stringify(row(item, shape.include)),
        tail,
      }
    case 'PartialObjectMetadata':
      return {
        head: `{"kind":"PartialObjectMetadataList","apiVersion":"${meta}","items":[`,
        item: ({ object }) => JSON.stringify(partial(object)),
        tail,
      }
    case 'Object':
      return {
        head: `{"kind":"${resource.kind}List","apiVersion":"${resource.apiVersion}","items":[`,
        item: ({ object }) => JSON.stringify(object),
        tail,
      }
  }
}

/** A time as Kubernetes writes it. */
export const wholeSecond = (time: string): string => `${time.slice(0, 19)}Z`
