// Pure: a kubeconfig with one server. The caller has checked `address`: it has no character that YAML gives a meaning.

export const kubeconfig = (address: string): string => `apiVersion: v1
kind: Config
clusters:
  - name: afterlog
    cluster:
      server: "${address}/k8s"
users:
  - name: afterlog
    user: {}
contexts:
  - name: afterlog
    context:
      cluster: afterlog
      user: afterlog
current-context: afterlog
`
