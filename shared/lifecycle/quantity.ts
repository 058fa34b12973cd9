// Pure: quantities of memory and disk for sentences, in binary units as Kubernetes writes them.

const units = ['', 'Ki', 'Mi', 'Gi', 'Ti']

/** Returns `1258291Ki` and `1288490188` as `1.2Gi`. What is no number of bytes stays as it is. */
export function sizeInWords(text: string): string {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)?$/.exec(text)
  if (match === null) return text
  let value = Number(match[1])
  let unit = units.indexOf(match[2] ?? '')
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024
  // 639.9Mi beside a limit of 640Mi would seem to differ.
  return `${value >= 100 ? Math.round(value) : Math.round(value * 10) / 10}${units[unit]}`
}
