#include "tests/support/postgres_server.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "tests/support/patience.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

constexpr const char* kUser = "postgres";

/// Where Debian puts the programs of the newest version that is installed.
std::string FindPrograms() {
  std::vector<std::filesystem::path> versions;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
    if (std::filesystem::exists(entry.path() / "bin/postgres")) versions.push_back(entry.path());
  }
  if (versions.empty()) throw std::runtime_error("there is no PostgreSQL on this machine; run scripts/setup");
  return (*std::max_element(versions.begin(), versions.end()) / "bin").string();
}

void MustEndWell(ChildProcess& child, const std::string& what) {
  if (child.Wait(kPatience) != 0) throw std::runtime_error(what + ": " + child.errors() + child.output());
}

std::vector<pid_t> WithChildren(pid_t parent) {
  std::vector<pid_t> all = ChildrenOf(parent);
  all.push_back(parent);
  return all;
}

}  // namespace

PostgresServer::PostgresServer(const Options& options)
    : directory_(options.folder), programs_(FindPrograms()), port_(FreePort()) {
  if (geteuid() == 0) {
    const passwd* user = getpwnam(kUser);
    if (user == nullptr || chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("root needs the user 'postgres' to run PostgreSQL as");
    }
  }
  ChildProcess initdb("/usr/bin/setpriv",
                      AsItsUser("initdb", {"-D", directory_ / "data", "-U", kUser, "-A", "trust", "-E",
                                           "UTF8", "--locale=C", "--no-sync"}));
  MustEndWell(initdb, "initdb");
  settings_ = {"-D", directory_ / "data"};
  for (const std::string& setting :
       {std::string("listen_addresses=127.0.0.1"), "unix_socket_directories=" + directory_.path(),
        std::string("fsync=") + (options.fsync ? "on" : "off"), std::string("max_connections=200"),
        std::string("shared_buffers=128MB"), std::string("deadlock_timeout=200ms")}) {
    settings_.insert(settings_.end(), {"-c", setting});
  }
  StartAnywhere();
}

PostgresServer::~PostgresServer() {
  if (server_ != nullptr) Stop();
}

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server;
  return server;
}

// Through setpriv even for who is not root, since it also sees to it that the server ends with us: a change
// of user clears what a parent has asked for. SIGQUIT: at once, and without leaving shared memory behind.
ChildProcess::Options PostgresServer::AsItsUser(const std::string& program,
                                                std::vector<std::string> arguments) const {
  std::vector<std::string> all{"--pdeathsig", "QUIT"};
  if (geteuid() == 0) {
    all.insert(all.end(),
               {std::string("--reuid=") + kUser, std::string("--regid=") + kUser, "--clear-groups"});
  }
  all.push_back(programs_ + "/" + program);
  all.insert(all.end(), arguments.begin(), arguments.end());
  return {
      .arguments = std::move(all), .environment = {{"LC_ALL", "C"}}, .working_directory = directory_.path()};
}

void PostgresServer::Start() {
  if (!TryStart()) throw std::runtime_error("PostgreSQL does not start: " + server_->errors());
}

// What is no test may have taken the port while the data were made.
void PostgresServer::StartAnywhere() {
  constexpr int kTries = 5;
  for (int tries = 1; tries < kTries; ++tries) {
    if (TryStart()) return;
    if (!server_->WaitForErrors("Address already in use")) break;
    port_ = FreePort();
  }
  Start();
}

bool PostgresServer::TryStart() {
  std::vector<std::string> settings = settings_;
  settings.insert(settings.end(), {"-p", std::to_string(port_)});
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  do {
    server_ = std::make_unique<ChildProcess>("/usr/bin/setpriv", AsItsUser("postgres", settings));
    if (server_->WaitForErrors("ready to accept connections", kPatience)) return true;
    // The other processes of one that was killed take a moment to notice.
  } while (server_->WaitForErrors("still in use") && std::chrono::steady_clock::now() < give_up);
  return false;
}

void PostgresServer::Kill() {
  server_->Signal(SIGKILL);
  server_->Wait(kPatience);
  server_.reset();
}

void PostgresServer::Stop() {
  server_->Signal(SIGINT);
  server_->Wait(kPatience);
  server_.reset();
}

void PostgresServer::SignalAll(int signal) const {
  for (const pid_t process : WithChildren(server_->pid())) kill(process, signal);
}

std::string PostgresServer::url() const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/postgres?sslmode=disable";
}

std::string PostgresServer::NewSchemaUrl() { return SchemaUrl(std::to_string(++last_schema_)); }

std::string PostgresServer::SchemaUrl(const std::string& name) const {
  std::string schema = "test_" + name;
  std::replace_if(
      schema.begin(), schema.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  Sql("SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS \"" + schema + "\"");
  return url() + "&options=-csearch_path%3D%22" + schema + "%22";
}

std::string PostgresServer::RunTool(const std::string& tool, std::vector<std::string> arguments) const {
  std::vector<std::string> all{"-h", "127.0.0.1", "-p", std::to_string(port_), "-U", kUser};
  all.insert(all.end(), arguments.begin(), arguments.end());
  ChildProcess child(programs_ + "/" + tool, {.arguments = std::move(all), .environment = {}});
  MustEndWell(child, tool);
  return child.output();
}

std::string PostgresServer::Sql(const std::string& sql) const {
  return RunTool("psql", {"-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, "postgres"});
}

}  // namespace oofgg::testing
