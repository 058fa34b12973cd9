// Pure: reads the messages of a container from a log file in CRI format: the text of every line, with fragments joined.
// The demo compares them with the answers of the service, byte for byte.
// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md

/** `content` has whole CRI lines as latin1, one character per byte. Returns messages, each with `\n`, as latin1. */
export function messagesIn(content: string): string {
  let messages = ''
  for (const line of content.split('\n')) {
    if (line === '') continue
    const tag = line.indexOf(' ', line.indexOf(' ') + 1) + 1
    messages += line.slice(tag + 2) + (line[tag] === 'P' ? '' : '\n')
  }
  return messages
}
