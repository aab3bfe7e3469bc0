#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// A real dockerd of the test's own, in a network namespace of the test's own, so that neither bridges nor
/// rules of the machine's firewall are touched. Threads: one owner.
class DockerEngine {
 public:
  /// Why there can be none here; empty: there can. To be asked on the main thread, before it starts others:
  /// from then on this process lives in that namespace.
  [[nodiscard]] static std::string Obstacle();

  /// Started when this returns. `more` follows our arguments, such as `--host tcp://127.0.0.1:2375`.
  explicit DockerEngine(std::string more = {});
  /// Ends its containers too.
  ~DockerEngine();
  DockerEngine(const DockerEngine&) = delete;
  DockerEngine& operator=(const DockerEngine&) = delete;

  /// What DOCKER_HOST is for it.
  [[nodiscard]] std::string host() const { return "unix://" + (directory_ / "docker.sock"); }

  /// What `docker ARGUMENTS` prints, by a shell, without the last newline; of stderr too.
  std::string Docker(const std::string& arguments) const;

  /// An image of one static program, the only thing in it.
  void MakeImage(const std::string& name, const std::string& program,
                 const std::vector<std::string>& arguments);

  /// The names of containers, of any state.
  [[nodiscard]] std::vector<std::string> Containers(const std::string& filter = "") const;

  /// SIGTERM, which ends containers, and the end of it.
  void Stop();
  /// kill -9: containers live on.
  void Kill();
  void Start();
  void Pause() { process_->Signal(SIGSTOP); }
  void Resume() { process_->Signal(SIGCONT); }

 private:
  const std::string more_;
  TemporaryDirectory directory_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace oofgg::testing
