// cart-7d9f8b6c5d-x2x4z → cart   db-0 → db   fluentd-x2x4z → fluentd   nightly-28394820-x2x4z → nightly
// Kubernetes names a pod after what runs it. Its random suffixes use an alphabet without vowels, so words are none.
// https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go

const safe = '[bcdfghjklmnpqrstvwxz2456789]'
/** The same in the engine and here. */
export const workloadPattern = String.raw`^(.+?)(?:-${safe}{6,10}-${safe}{5}|-[0-9]{8,10}-${safe}{5}|-${safe}{5}|-[0-9]+)$`

const pattern = new RegExp(workloadPattern)

/** '' where the name is no such name. */
export const workloadName = (pod: string): string => (pod.length > 253 ? '' : (pattern.exec(pod)?.[1] ?? ''))
