// Pure: severities, the worst first; a line may have none.

export const severities = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', ''] as const

export const severityName = (severity: string): string => (severity === '' ? 'none' : severity)
