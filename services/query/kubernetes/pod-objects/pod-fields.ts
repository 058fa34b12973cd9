// Fields that pods can be selected by, and their values of a Pod: pkg/registry/core/pod/strategy.go, ToSelectableFields, of Kubernetes.
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
  /** Whether only the object as Kubernetes told it has the value. */
  told?: true
}

const fields: Readonly<Record<string, PodField>> = {
  'metadata.name': { of: ({ metadata }) => metadata.name },
  'metadata.namespace': { of: ({ metadata }) => metadata.namespace },
  'spec.nodeName': { of: ({ spec }) => spec?.nodeName },
  'spec.restartPolicy': { of: ({ spec }) => spec?.restartPolicy, told: true },
  'spec.schedulerName': { of: ({ spec }) => spec?.schedulerName, told: true },
  'spec.serviceAccountName': { of: ({ spec }) => spec?.serviceAccountName, told: true },
  'spec.hostNetwork': { of: ({ spec }) => String(spec?.hostNetwork === true), told: true },
  'status.phase': { of: ({ status }) => status?.phase },
  'status.podIP': { of: ({ status }) => status?.podIP },
  'status.nominatedNodeName': { of: ({ status }) => status?.nominatedNodeName, told: true },
}

export const podFields = Object.keys(fields)

/** '' where nobody told it. */
export const podField = (pod: KubernetesObject, field: string): string => fields[field]!.of(pod) ?? ''

/** Whether a selector needs the objects as Kubernetes told them. */
export const readsObject = (terms: readonly FieldTerm[]): boolean => terms.some(({ field }) => fields[field]?.told === true)
