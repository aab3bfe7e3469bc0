// A studio's unit test: its code against the whole backend, in memory.

#include <cstdio>

#include "oofgg/oofgg.h"
#include "oofgg/testing/backend.h"
#include "oofgg/version.h"

int main() {
  oofgg::testing::Backend backend;
  const auto client = backend.NewClient();
  const auto registered = client->auth().Register({.username = "ann", .password = "correct horse battery"});
  const auto transport = oofgg::MakeGrpcTransport();
  std::printf("oofgg %s: %s\n", OOFGG_VERSION, registered.status().ToString().c_str());
  return registered.ok() && transport != nullptr ? 0 : 1;
}
