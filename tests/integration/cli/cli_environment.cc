#include "tests/integration/cli/cli_environment.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace oofgg::testing {
namespace {

using nlohmann::json;

std::vector<std::string> Joined(std::vector<std::string> first, const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

ChildProcess::Options UpOptions(const std::string& data, const Up::Options& options) {
  const auto arguments = Joined(Joined({"up", "--json", "--data", data}, FreePorts()), options.arguments);
  return {.arguments = arguments, .environment = options.environment, .working_directory = "/"};
}

}  // namespace

Input::Input(const std::string& text) : fd_(memfd_create("input", MFD_CLOEXEC)) {
  EXPECT_EQ(write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  lseek(fd_, 0, SEEK_SET);
}

Input::~Input() { close(fd_); }

json Answer::Object() const {
  json object = json::parse(output, nullptr, false);
  EXPECT_TRUE(object.is_object()) << "stdout: " << output << "\nstderr: " << errors;
  return object.is_object() ? object : json::object();
}

std::vector<std::string> FreePorts() {
  std::vector<std::string> arguments;
  for (const char* flag : {"--auth-listen", "--auth-ops", "--game-listen", "--game-ops", "--presence-listen",
                           "--websocket-listen", "--maker-listen", "--maker-ops", "--maker-http"}) {
    arguments.insert(arguments.end(), {flag, "127.0.0.1:0"});
  }
  return arguments;
}

Up::Up(const std::string& data, Options options) : process_(options.program, UpOptions(data, options)) {
  WaitFor("up");
}

Up::~Up() {
  process_.Signal(SIGTERM);
  process_.Wait();
}

json Up::WaitFor(const std::string& event) {
  while (const auto line = process_.WaitForLine("{")) {
    json object = json::parse(*line, nullptr, false);
    if (!object.is_object()) continue;
    if (object["event"] == "ready") ready_[object["program"].get<std::string>()] = object;
    if (object["event"] == event) return object;
  }
  ADD_FAILURE() << "no event '" << event << "'\n" << process_.output() << process_.errors();
  return json::object();
}

std::string Up::address(const std::string& program, const std::string& name) const {
  const auto ready = ready_.find(program);
  return ready == ready_.end() ? "" : ready->second["addresses"].value(name, "");
}

pid_t Up::pid(const std::string& program) const {
  const auto ready = ready_.find(program);
  return ready == ready_.end() ? -1 : ready->second["pid"].get<pid_t>();
}

std::vector<pid_t> Up::pids() const {
  std::vector<pid_t> pids;
  for (const auto& [program, ready] : ready_) pids.push_back(pid(program));
  return pids;
}

std::map<std::string, std::string> Up::environment() const {
  return {{"OOFGG_AUTH", address("oofgg-auth", "grpc")},
          {"OOFGG_GAME", address("oofgg-game", "grpc")},
          {"OOFGG_MAKER", address("oofgg-maker", "grpc")}};
}

Shell::Shell(std::map<std::string, std::string> environment) : environment_(std::move(environment)) {
  environment_["HOME"] = home_.path();
}

std::unique_ptr<ChildProcess> Shell::Start(std::vector<std::string> arguments, int input) const {
  return std::make_unique<ChildProcess>("oofgg", ChildProcess::Options{.arguments = std::move(arguments),
                                                                       .environment = environment_,
                                                                       .working_directory = home_.path(),
                                                                       .input = input});
}

Answer Shell::Run(std::vector<std::string> arguments, const std::string& input) const {
  const Input given(input);
  const auto child = Start(std::move(arguments), given.fd());
  const int status = child->Wait().value_or(-1);
  return {status, child->output(), child->errors()};
}

bool IsGone(pid_t pid, std::chrono::seconds patience) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return true;
  pollfd ended{pidfd, POLLIN, 0};
  const bool gone = poll(&ended, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) > 0;
  close(pidfd);
  return gone;
}

std::string NewName(const std::string& prefix) {
  static int number = 0;
  return prefix + std::to_string(++number);
}

}  // namespace oofgg::testing
