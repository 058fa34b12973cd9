// Pure: shortens the kubelet's message about an eviction: which resource, threshold and use. Formats:
// pkg/kubelet/eviction/ helpers.go of kubernetes/kubernetes, and older ones. Other messages stay as they are.
import { sizeInWords } from './quantity.ts'

/** `the node was low on memory (threshold 100Mi, available 52Mi; app used 1.2Gi, request 0)` */
export function evictionInWords(message: string): string {
  const resource = /The node was low on resource: ([^.]+)\./.exec(message)?.[1]
  if (resource !== undefined) {
    const quantity = /^(?:memory|ephemeral-storage)$/.test(resource) ? sizeInWords : asItIs
    const threshold = /Threshold quantity: ([^,]+), available: ([^\s]+?)\.(?:\s|$)/.exec(message)
    const details = [
      ...(threshold === null ? [] : [`threshold ${quantity(threshold[1]!)}, available ${quantity(threshold[2]!)}`]),
      ...[...message.matchAll(use)].map(
        ([, name, used, request, before]) =>
          `${name} used ${quantity(used!)}, request ${quantity((request ?? before)!)}`,
      ),
    ]
    return `the node was low on ${resource}${details.length === 0 ? '' : ` (${details.join('; ')})`}`
  }
  const container = /Container (\S+) exceeded its local ephemeral storage limit "([^"]+)"/.exec(message)
  if (container !== null) return `${container[1]} exceeded its ephemeral storage limit of ${container[2]}`
  const volume = /Usage of EmptyDir volume "([^"]+)" exceeds the limit "([^"]+)"/.exec(message)
  if (volume !== null) return `the emptyDir volume ${volume[1]} exceeded its limit of ${volume[2]}`
  const pod = /Pod ephemeral local storage usage exceeds the total limit of containers ([^\s]+?)\.(?:\s|$)/.exec(
    message,
  )
  if (pod !== null) return `its containers together exceeded their ephemeral storage limits of ${pod[1]}`
  const condition = /The node had condition: \[([^\]]+)\]/.exec(message)?.[1]
  if (condition !== undefined) return `the node had the condition ${condition} and took no such pod`
  return plain(message)
}

const use = new RegExp(
  '(?:Container|Pod) (\\S+) was using ([^\\s,]+), ' +
    '(?:request is ([^\\s,]+), has larger consumption|which exceeds its request of ([^\\s]+?)\\.(?:\\s|$))',
  'g',
)

/** Of inodes and process ids a plain number is no size. */
const asItIs = (text: string): string => text

/** Makes a message a part of a sentence: without full stop and surrounding blanks. */
export const plain = (message: string): string => message.trim().replace(/\.$/, '')
