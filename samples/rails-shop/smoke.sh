#!/bin/sh
# Buys something: sh smoke.sh http://127.0.0.1:8080
# Works for both sample shops. Fails loudly at the first answer that is not what a shop should say.
set -eu
site=${1:-http://127.0.0.1:8080}
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT

page() { curl -sS --fail --max-time 20 -b "$jar" -c "$jar" "$@"; }
says() { grep -q -- "$1" || { echo "FAILED: no \"$1\" in $2" >&2; exit 1; }; }

page "$site/up" | says ok /up
page "$site/up/details"; echo
page "$site/" | says 'Ghost light' 'the catalogue'
page "$site/?q=thunder" | says 'Thunder sheet' 'the search'
page "$site/products/ghost-light" | says 'One bare bulb' 'the product page'
page -L "$site/cart/add" -d product=ghost-light -d quantity=2 | says '€ 178.00' 'the cart'
token=$(page "$site/checkout" | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p')
[ -n "$token" ] || { echo "FAILED: the checkout form has no token" >&2; exit 1; }

# The form is sent twice with the same cart, as a nervous visitor or a retrying proxy would.
cp "$jar" "$jar.again"
buy() { page -L "$site/checkout" -d token="$token" -d name=Eve -d email=eve@example.com -d 'address=1 Stage Door'; }
buy | says 'Thank you' 'the order'
mv "$jar.again" "$jar"
buy | says 'Thank you' 'the order, sent again'
written=$(page "$site/orders.json" | tr ',' '\n' | grep -c "\"token\":\"$token\"") || true
[ "$written" = 1 ] || { echo "FAILED: the order was written $written times" >&2; exit 1; }
echo "ok: order $token was written once"
