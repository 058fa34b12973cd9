// What is watched: all that the life of a pod is told by. Events of core/v1 are those of events.k8s.io/v1, which is another view of the same objects.

export const watchedKinds = ['pods', 'events', 'nodes'] as const
/** As it stands in the path under /api/v1. */
export type WatchedKind = (typeof watchedKinds)[number]
