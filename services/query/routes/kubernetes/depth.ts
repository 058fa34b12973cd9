// How much of a pod a shape of an answer needs.
import type { PodItemOptions } from '#query/read/kubernetes/pod-items.ts'
import type { Shape } from '#query/render/kubernetes/object.ts'

export const depthOf = ({ as, include }: Shape): PodItemOptions['depth'] =>
  as === 'Object' || (as === 'Table' && include === 'Object') ? 'sealed' : 'metadata'
