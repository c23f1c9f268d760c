#!/bin/sh
# Runs a command below `dynsessions exec` with the endpoint and the identity of one run.
#   point.sh http|https IDENTITY COMMAND...
# IDENTITY is app-service, virtual-machine, old-app-service, client-secret or azure-cli.
set -eu
scheme=$1
identity=$2
shift 2

if [ "$scheme" = https ]; then
  for name in POOL_MANAGEMENT_ENDPOINT AZURE_POOL_MANAGEMENT_ENDPOINT \
    AZURE_DYNAMIC_SESSIONS_POOL_MANAGEMENT_ENDPOINT ACA_SESSIONS_POOL_MANAGEMENT_ENDPOINT; do
    export "$name=$ACA_POOL_MANAGEMENT_ENDPOINT"
  done
fi

app_service=$IDENTITY_ENDPOINT
case $identity in
  app-service | azure-cli) ;;  # the `az` of the emulator uses the same endpoint
  *) unset IDENTITY_ENDPOINT IDENTITY_HEADER ;;
esac
case $identity in
  app-service) ;;
  virtual-machine) export AZURE_POD_IDENTITY_AUTHORITY_HOST="${app_service%/msi/token}" ;;
  old-app-service) export MSI_ENDPOINT="$app_service" MSI_SECRET=any ;;
  azure-cli) export AZURE_TOKEN_CREDENTIALS=AzureCliCredential ;;
  client-secret)
    # Only AD FS works without a request to Microsoft about the host (api-spec/CLIENTS.md section
    # 4.4).
    export AZURE_TENANT_ID=adfs AZURE_CLIENT_ID=an-app AZURE_CLIENT_SECRET=any
    export AZURE_AUTHORITY_HOST="${ACA_POOL_MANAGEMENT_ENDPOINT%%/subscriptions/*}"
    ;;
  *)
    echo "no such identity: $identity" >&2
    exit 2
    ;;
esac
exec "$@"
