#include "servers/maker/fleet_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "backends/process/command_line.h"

namespace oofgg::servers {
namespace {

using orchestration::FleetConfig;

bool IsProgram(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

/// As execvp(3) looks for it.
bool CanRun(const std::string& program) {
  if (program.find('/') != std::string::npos) return IsProgram(program);
  const char* const variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "/bin:/usr/bin";
  while (true) {
    const auto colon = path.find(':');
    const std::string folder(path.substr(0, colon));
    if (IsProgram((folder.empty() ? "." : folder) + "/" + program)) return true;
    if (colon == std::string_view::npos) return false;
    path.remove_prefix(colon + 1);
  }
}

Status CheckCommand(const std::string& field, const std::string& command) {
  const auto words = backends::SplitCommand(command);
  if (!words.ok()) return InvalidField(field, FieldViolationsOf(words.status()).front().description);
  const std::string& program = words->front();
  // What is filled in for each server is not known yet.
  if (program.find('{') != std::string::npos || CanRun(program)) return {};
  return InvalidField(
      field, "names '" + program + "', which is no program here; give a path to one, or its name on PATH");
}

const std::string& CommandOf(const BackendSettings& backend, const FleetConfig& fleet) {
  return fleet.options.command.empty() ? backend.process_command : fleet.options.command;
}

}  // namespace

Status CheckFleet(const BackendSettings& backend, const FleetConfig& fleet) {
  if (backend.backend == "none") return {};
  if (backend.backend == "process") {
    const std::string& command = CommandOf(backend, fleet);
    if (!command.empty()) {
      return CheckCommand(fleet.options.command.empty() ? "PROCESS_COMMAND" : "command", command);
    }
    return InvalidField("command",
                        "is missing; give the program to start, or set PROCESS_COMMAND for all fleets");
  }
  if (!backend.image.empty() || !fleet.options.image.empty()) return {};
  return InvalidField("image", "is missing; give the image to start, or set IMAGE_TO_PULL for all fleets");
}

bool TellsControlPort(const BackendSettings& backend, const FleetConfig& fleet) {
  if (backend.backend != "process") return true;
  const auto tells = [](const std::string& text) {
    return text.find("{control_port}") != std::string::npos ||
           text.find("OOFGG_CONTROL_LISTEN") != std::string::npos;
  };
  const auto& environment = fleet.options.environment;
  return tells(CommandOf(backend, fleet)) ||
         std::any_of(environment.begin(), environment.end(), [&tells](const auto& variable) {
           return tells(variable.first) || tells(variable.second);
         });
}

}  // namespace oofgg::servers
