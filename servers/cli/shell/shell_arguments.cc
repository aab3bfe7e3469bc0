#include "servers/cli/shell/shell_arguments.h"

#include <utility>

#include "oofgg/parse.h"
#include "servers/cli/presence_text.h"

namespace oofgg::cli {
namespace {

using Words = std::vector<std::string>;

bool IsDoor(const std::string& word) { return word == "tcp" || word == "udp" || word == "grpc"; }

/// How many words behind `wait` say what for. 0: they say nothing that there is.
std::size_t ReadCondition(const Words& words, WaitArguments& wanted) {
  if (words.size() < 5 || words[1] != "for") return 0;
  if (words[2] == "up" && words[3] == "to" && words[4] == "date") {
    wanted.what = WaitArguments::For::kUpToDate;
    return 4;
  }
  if (words[3] != "is" || SeenStates().count(words[4]) == 0) return 0;
  wanted.what = WaitArguments::For::kState;
  wanted.user = words[2];
  wanted.state = SeenStates().at(words[4]);
  return 4;
}

/// What would be left unheard is said.
Status CheckTogether(const ConnectArguments& arguments) {
  if (!arguments.ca_file.empty() && !arguments.tls) {
    return MakeStatus(StatusCode::kInvalidArgument, "--ca: is for TLS only; give --tls, too");
  }
  const bool is_elsewhere = !arguments.server.empty() || arguments.tls;
  if (arguments.door == "grpc" && arguments.token_file.empty() && is_elsewhere) {
    return MakeStatus(
        StatusCode::kInvalidArgument,
        "--token-file: is missing; over grpc --server and --tls are for who brings a token. Who is "
        "signed in goes where --game and --tls of oofgg say");
  }
  return {};
}

}  // namespace

Status Usage(std::string_view usage) {
  return MakeStatus(StatusCode::kInvalidArgument, "usage: " + std::string(usage));
}

std::string WaitUsage() {
  return "wait SECONDS | wait for up to date [SECONDS] | wait for USER is " + NamesOf(SeenStates(), "|") +
         " [SECONDS]";
}

StatusOr<ConnectArguments> ParseConnect(const Words& words) {
  ConnectArguments arguments;
  Words plain;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--tls") {
      arguments.tls = true;
    } else if (word == "--server" || word == "--token-file" || word == "--ca") {
      if (++i == words.size()) return Usage(kConnectUsage);
      std::string& value = word == "--server" ? arguments.server
                           : word == "--ca"   ? arguments.ca_file
                                              : arguments.token_file;
      value = words[i];
    } else if (word.starts_with("--")) {
      return Usage(kConnectUsage);
    } else {
      plain.push_back(word);
    }
  }
  if (plain.empty()) return Usage(kConnectUsage);
  arguments.user = plain.front();
  plain.erase(plain.begin());
  if (!plain.empty() && IsDoor(plain.front())) {
    arguments.door = plain.front();
    plain.erase(plain.begin());
  }
  arguments.friends = std::move(plain);
  OOFGG_RETURN_IF_ERROR(CheckTogether(arguments));
  return arguments;
}

StatusOr<WaitArguments> ParseWait(const Words& words) {
  WaitArguments wanted;
  const std::size_t condition = ReadCondition(words, wanted);
  const bool is_time = condition == 0 && words.size() == 2;
  if (!is_time && (condition == 0 || words.size() > condition + 2)) return Usage(WaitUsage());
  if (words.size() == condition + 1) return wanted;
  OOFGG_ASSIGN_OR_RETURN(wanted.time, ParseDuration(words.back(), std::chrono::milliseconds(1'000)));
  return wanted;
}

}  // namespace oofgg::cli
