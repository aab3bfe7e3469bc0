#include "benchmarks/servers/server_under_test.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <utility>

#include "oofgg/grpc_transport.h"

namespace oofgg {
namespace {

std::vector<std::string> WithFreePorts(const std::string& program, std::vector<std::string> arguments) {
  for (const char* flag : {"--listen", "--ops-listen"})
    arguments.insert(arguments.end(), {flag, "127.0.0.1:0"});
  if (program == "oofgg-game") {
    arguments.insert(arguments.end(),
                     {"--presence-listen", "127.0.0.1:0", "--websocket-listen", "127.0.0.1:0"});
  }
  if (program == "oofgg-maker") arguments.insert(arguments.end(), {"--http-listen", "127.0.0.1:0"});
  return arguments;
}

}  // namespace

ServerUnderTest::ServerUnderTest(const std::string& program, std::vector<std::string> arguments)
    : process_(program, {.arguments = WithFreePorts(program, std::move(arguments)),
                         .environment = {},
                         .working_directory = folder_.path()}) {
  if (const auto ready = process_.WaitForLine("ready ")) ready_ = *ready;
}

std::string ServerUnderTest::Address(const std::string& name) const { return testing::WordOf(ready_, name); }

double ServerUnderTest::KilobytesOf(const std::string& name) const {
  std::ifstream status("/proc/" + std::to_string(process_.pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::strtod(line.c_str() + name.size() + 1, nullptr);
  }
  return 0;
}

double ServerUnderTest::CpuSeconds() const {
  std::ifstream file("/proc/" + std::to_string(process_.pid()) + "/stat");
  std::string field;
  double ticks = 0;
  constexpr int kUser = 14;
  constexpr int kSystem = 15;
  for (int i = 1; i <= kSystem && file >> field; ++i) {
    if (i == kUser || i == kSystem) ticks += std::strtod(field.c_str(), nullptr);
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::unique_ptr<Client> ClientOf(const ServerUnderTest& auth) {
  GrpcTransportOptions transport;
  transport.endpoints.auth = auth.Address("grpc");
  return std::make_unique<Client>(MakeGrpcTransport(transport));
}

}  // namespace oofgg
