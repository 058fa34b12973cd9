// Pure: the fields by which a fieldSelector selects pods, and their values: pkg/registry/core/pod/strategy.go of
// Kubernetes, ToSelectableFields.
import type { FieldTerm } from '../api/field-selector.ts'
import type { KubernetesObject } from '../api/api-object.ts'

interface SelectableParts {
  spec?: {
    nodeName?: string
    restartPolicy?: string
    schedulerName?: string
    serviceAccountName?: string
    hostNetwork?: boolean
  }
  status?: { phase?: string; podIP?: string; nominatedNodeName?: string }
}

interface PodField {
  of(pod: KubernetesObject & SelectableParts): string | undefined
  /** Whether only the object that Kubernetes reported has the value, and the record has not. */
  onlyInObject?: true
}

const fields: Readonly<Record<string, PodField>> = {
  'metadata.name': { of: ({ metadata }) => metadata.name },
  'metadata.namespace': { of: ({ metadata }) => metadata.namespace },
  'spec.nodeName': { of: ({ spec }) => spec?.nodeName },
  'spec.restartPolicy': { of: ({ spec }) => spec?.restartPolicy, onlyInObject: true },
  'spec.schedulerName': { of: ({ spec }) => spec?.schedulerName, onlyInObject: true },
  'spec.serviceAccountName': { of: ({ spec }) => spec?.serviceAccountName, onlyInObject: true },
  'spec.hostNetwork': { of: ({ spec }) => String(spec?.hostNetwork === true), onlyInObject: true },
  'status.phase': { of: ({ status }) => status?.phase },
  'status.podIP': { of: ({ status }) => status?.podIP },
  'status.nominatedNodeName': { of: ({ status }) => status?.nominatedNodeName, onlyInObject: true },
}

export const podFields = Object.keys(fields)

/** '' where the Pod has no value. */
export const podField = (pod: KubernetesObject, field: string): string => fields[field]!.of(pod) ?? ''

/** Whether a selector needs the objects that Kubernetes reported. */
export const readsObject = (terms: readonly FieldTerm[]): boolean =>
  terms.some(({ field }) => fields[field]?.onlyInObject === true)
