#!/bin/sh
# Runs a Java program that trusts the authority of `dynsessions exec`, and no other.
#   java.sh PACKAGES PROGRAM
set -eu
packages=$1 program=$2
set --
if [ -z "${JAVA_TOOL_OPTIONS:-}" ]; then
  store=$TMPDIR/trusted.p12
  keytool -importcert -noprompt -alias dynsessions -file "$NODE_EXTRA_CA_CERTS" \
    -keystore "$store" -storetype PKCS12 -storepass changeit 2>/dev/null
  set -- -Djavax.net.ssl.trustStore="$store" -Djavax.net.ssl.trustStorePassword=changeit
fi
exec java "$@" -cp "$packages/*" "$program"
