// A kubeconfig that knows one server. `address` is checked by whoever calls: it holds nothing that YAML would take for more than text.

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
