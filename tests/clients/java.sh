#!/bin/sh
# Runs a Java program that trusts the authority of `dynsessions exec` besides the public ones.
#   java.sh PACKAGES PROGRAM
set -eu
if [ -z "${JAVA_TOOL_OPTIONS:-}" ]; then
  store=$TMPDIR/trusted.p12
  for authority in $(seq "$(grep -c BEGIN "$NODE_EXTRA_CA_CERTS")"); do
    keytool -importcert -noprompt -alias "dynsessions-$authority" -file "$NODE_EXTRA_CA_CERTS" \
      -keystore "$store" -storetype PKCS12 -storepass changeit 2>/dev/null
  done
  set -- "$@" -Djavax.net.ssl.trustStore="$store" -Djavax.net.ssl.trustStorePassword=changeit
fi
packages=$1 program=$2
shift 2
exec java "$@" -cp "$packages/*" "$program"
