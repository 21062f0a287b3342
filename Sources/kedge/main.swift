import KedgeCLI

Kedge.start()
