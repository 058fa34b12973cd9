// The watched kinds: all that tell the life of a pod. Events of core/v1 are the same objects as those of
// events.k8s.io/v1.

export const watchedKinds = ['pods', 'events', 'nodes'] as const
/** A kind as it stands in the path under /api/v1. */
export type WatchedKind = (typeof watchedKinds)[number]
