#pragma once

#include <memory>
#include <string>
#include <vector>

#include "oofgg/client.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg {

/// One of our servers in a folder of its own, with any free ports.
class ServerUnderTest {
 public:
  ServerUnderTest(const std::string& program, std::vector<std::string> arguments);

  [[nodiscard]] bool ok() const { return !ready_.empty(); }
  [[nodiscard]] const std::string& errors() const { return process_.errors(); }
  [[nodiscard]] std::string Address(const std::string& name) const;
  [[nodiscard]] pid_t pid() const { return process_.pid(); }

  /// What /proc says of the process' memory, in KiB: `VmRSS`, or `RssAnon`, which no other process shares.
  [[nodiscard]] double KilobytesOf(const std::string& name) const;

  /// What it has used of the processors until now, user and system.
  [[nodiscard]] double CpuSeconds() const;

 private:
  testing::TemporaryDirectory folder_;
  testing::ChildProcess process_;
  std::string ready_;
};

/// A client of this oofgg-auth.
[[nodiscard]] std::unique_ptr<Client> ClientOf(const ServerUnderTest& auth);

}  // namespace oofgg
