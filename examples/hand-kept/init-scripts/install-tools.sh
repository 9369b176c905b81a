#!/bin/bash
set -e
apt-get install --yes jq
