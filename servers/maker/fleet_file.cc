#include "servers/maker/fleet_file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include "matchmaking/json_document.h"
#include "oofgg/matchmaking/rule_set.h"
#include "oofgg/parse.h"

namespace oofgg::servers {
namespace {

using matchmaking::ElementPath;
using matchmaking::IsNot;
using matchmaking::JsonDocument;
using matchmaking::MemberPath;
using orchestration::FleetConfig;
using orchestration::FleetOptions;
using orchestration::Packing;
using std::chrono::milliseconds;
using Json = nlohmann::json;

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostFleets = 1'000;
constexpr std::uint64_t kMostServers = 100'000;
constexpr std::string_view kNameForm = "1 to 64 characters of [A-Za-z0-9_.-]";
constexpr milliseconds kLongest = std::chrono::hours(24 * 30);

/// One fleet of the document. Each `Read…` leaves the value alone where the member is not there.
class FleetReader {
 public:
  FleetReader(const JsonDocument& document, const Json& fleet, std::string path)
      : document_(document), fleet_(fleet), path_(std::move(path)) {}

  StatusOr<FleetConfig> Read(const FleetOptions& defaults) const {
    FleetConfig config{defaults, {}};
    FleetOptions& options = config.options;
    OOFGG_RETURN_IF_ERROR(document_.CheckMembers(
        fleet_, path_,
        {"name", "game", "mode", "region", "image", "command", "slots", "min_ready", "max", "max_starting",
         "idle_timeout", "health_period", "environment", "update", "packing"}));
    OOFGG_RETURN_IF_ERROR(ReadName(options.name));
    OOFGG_RETURN_IF_ERROR(ReadNames("game", config.serves.games));
    OOFGG_RETURN_IF_ERROR(ReadNames("mode", config.serves.modes));
    OOFGG_RETURN_IF_ERROR(ReadNames("region", config.serves.regions));
    OOFGG_RETURN_IF_ERROR(ReadText("image", options.image));
    OOFGG_RETURN_IF_ERROR(ReadText("command", options.command));
    OOFGG_RETURN_IF_ERROR(ReadSizes(options));
    OOFGG_RETURN_IF_ERROR(ReadDuration("health_period", options.health_period, milliseconds(10)));
    milliseconds idle{-1};
    OOFGG_RETURN_IF_ERROR(ReadDuration("idle_timeout", idle, milliseconds(0)));
    if (idle.count() >= 0) options.idle_timeout = idle;
    OOFGG_RETURN_IF_ERROR(ReadEnvironment(options.environment));
    OOFGG_RETURN_IF_ERROR(ReadUpdate(options.update_batch));
    OOFGG_RETURN_IF_ERROR(ReadPacking(options.packing));
    return config;
  }

 private:
  [[nodiscard]] std::string PathOf(std::string_view member) const { return MemberPath(path_, member); }
  [[nodiscard]] Status Fault(std::string_view member, std::string_view problem) const {
    return document_.Fault(PathOf(member), problem);
  }
  [[nodiscard]] const Json* Find(std::string_view member) const {
    const auto found = fleet_.find(std::string(member));
    return found == fleet_.end() ? nullptr : &*found;
  }

  Status ReadName(std::string& name) const {
    const Json* value = Find("name");
    if (value == nullptr) return Fault("name", "is missing; give " + std::string(kNameForm));
    return CheckName(*value, PathOf("name"), name);
  }

  Status CheckName(const Json& value, const std::string& path, std::string& name) const {
    if (!value.is_string()) return document_.Fault(path, IsNot(value, kNameForm));
    name = value.get<std::string>();
    if (IsMatchmakingName(name)) return {};
    return document_.Fault(path, "is not a name; give " + std::string(kNameForm));
  }

  /// A name, or an array of some.
  Status ReadNames(std::string_view member, std::vector<std::string>& names) const {
    const Json* value = Find(member);
    if (value == nullptr) return {};
    if (!value->is_array()) return CheckName(*value, PathOf(member), names.emplace_back());
    if (value->empty()) return Fault(member, "is empty; leave it out for any");
    for (std::size_t i = 0; i < value->size(); ++i) {
      OOFGG_RETURN_IF_ERROR(CheckName((*value)[i], ElementPath(PathOf(member), i), names.emplace_back()));
    }
    return {};
  }

  Status ReadText(std::string_view member, std::string& text) const {
    const Json* value = Find(member);
    if (value == nullptr) return {};
    if (!value->is_string()) return Fault(member, IsNot(*value, "a string"));
    text = value->get<std::string>();
    return text.empty() ? Fault(member, "is empty; leave it out for the maker's own") : Status();
  }

  StatusOr<std::optional<std::uint64_t>> ReadCount(const Json& object, const std::string& path,
                                                   std::string_view member, std::uint64_t least) const {
    const auto value = object.find(std::string(member));
    if (value == object.end()) return std::nullopt;
    const std::string right =
        "a whole number from " + std::to_string(least) + " to " + std::to_string(kMostServers);
    const std::string member_path = MemberPath(path, member);
    if (!value->is_number()) return document_.Fault(member_path, IsNot(*value, right));
    // Compared as JSON numbers, so that no conversion can wrap around.
    if (!value->is_number_integer() || *value < least || *value > kMostServers) {
      return document_.Fault(member_path, "is " + value->dump() + "; give " + right);
    }
    return value->get<std::uint64_t>();
  }

  Status ReadSizes(FleetOptions& options) const {
    OOFGG_ASSIGN_OR_RETURN(const auto slots, ReadCount(fleet_, path_, "slots", 0));
    if (slots) options.slots = static_cast<std::uint32_t>(*slots);
    OOFGG_ASSIGN_OR_RETURN(const auto min_ready, ReadCount(fleet_, path_, "min_ready", 0));
    if (min_ready) options.min_ready = static_cast<std::size_t>(*min_ready);
    OOFGG_ASSIGN_OR_RETURN(const auto max, ReadCount(fleet_, path_, "max", 0));
    if (max) options.max = static_cast<std::size_t>(*max);
    OOFGG_ASSIGN_OR_RETURN(const auto starting, ReadCount(fleet_, path_, "max_starting", 1));
    if (starting) options.max_starting = static_cast<std::size_t>(*starting);
    if (!options.starts_servers) {
      options.max = 0;
      if (options.min_ready == 0) return {};
      return Fault("min_ready", "is " + std::to_string(options.min_ready) +
                                    ", but CONTAINER_BACKEND=none starts no game servers; leave it out");
    }
    if (!options.max || options.min_ready <= *options.max) return {};
    return Fault(min_ready ? "min_ready" : "max", "makes min_ready " + std::to_string(options.min_ready) +
                                                      " and max " + std::to_string(*options.max) +
                                                      "; give a max that is not smaller");
  }

  /// A number of milliseconds, or text such as `60s`.
  Status ReadDuration(std::string_view member, milliseconds& duration, milliseconds least) const {
    const Json* value = Find(member);
    if (value == nullptr) return {};
    constexpr std::string_view kForm = "milliseconds, or a text such as \"60s\"; 30 days at most";
    StatusOr<milliseconds> read = InvalidField("", "");
    if (value->is_string()) read = ParseDuration(value->get<std::string>(), milliseconds(1));
    if (value->is_number_integer()) read = ParseDuration(value->dump(), milliseconds(1));
    if (!value->is_string() && !value->is_number()) return Fault(member, IsNot(*value, kForm));
    if (!read.ok() || *read < least || *read > kLongest) {
      return Fault(member, "is " + value->dump() + "; give " + std::string(kForm) +
                               (least.count() > 0 ? ", 10 ms at least" : ""));
    }
    duration = *read;
    return {};
  }

  Status ReadEnvironment(std::map<std::string, std::string>& environment) const {
    const Json* value = Find("environment");
    if (value == nullptr) return {};
    if (!value->is_object()) return Fault("environment", IsNot(*value, "an object of texts"));
    for (const auto& [name, text] : value->items()) {
      const std::string path = MemberPath(PathOf("environment"), name);
      if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos) {
        return document_.Fault(path, "is not the name of a variable; it has no = in it");
      }
      if (!text.is_string()) return document_.Fault(path, IsNot(text, "a string, in quotes"));
      environment[name] = text.get<std::string>();
    }
    return {};
  }

  Status ReadUpdate(std::size_t& batch) const {
    const Json* value = Find("update");
    if (value == nullptr) return {};
    OOFGG_RETURN_IF_ERROR(document_.CheckMembers(*value, PathOf("update"), {"batch"}));
    OOFGG_ASSIGN_OR_RETURN(const auto count, ReadCount(*value, PathOf("update"), "batch", 1));
    if (count) batch = static_cast<std::size_t>(*count);
    return {};
  }

  Status ReadPacking(Packing& packing) const {
    const Json* value = Find("packing");
    if (value == nullptr) return {};
    constexpr std::string_view kForm = "\"pack\" (the fullest server first) or \"spread\" (the emptiest)";
    if (!value->is_string()) return Fault("packing", IsNot(*value, kForm));
    if (*value != "pack" && *value != "spread") {
      return Fault("packing", "is " + value->dump() + "; give " + std::string(kForm));
    }
    packing = *value == "pack" ? Packing::kPack : Packing::kSpread;
    return {};
  }

  const JsonDocument& document_;
  const Json& fleet_;
  const std::string path_;
};

}  // namespace

StatusOr<std::vector<FleetConfig>> ParseFleets(std::string_view json, const FleetOptions& defaults) {
  OOFGG_ASSIGN_OR_RETURN(const JsonDocument document,
                         JsonDocument::Parse(json, {.name = "fleets file",
                                                    .most_bytes = kMostBytes,
                                                    .depth = "nests deeper than any fleet does"}));
  OOFGG_RETURN_IF_ERROR(document.CheckMembers(document.root(), "", {"fleets"}));
  const auto list = document.root().find("fleets");
  if (list == document.root().end()) return document.Fault("fleets", "is missing; give an array of fleets");
  if (!list->is_array()) return document.Fault("fleets", IsNot(*list, "an array of fleets"));
  if (list->empty()) return document.Fault("fleets", "is empty; give one fleet at least");
  if (list->size() > kMostFleets) {
    return document.Fault("fleets", "has " + std::to_string(list->size()) + " fleets; give " +
                                        std::to_string(kMostFleets) + " at most");
  }
  std::vector<FleetConfig> fleets;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = ElementPath("fleets", i);
    OOFGG_ASSIGN_OR_RETURN(FleetConfig fleet, FleetReader(document, (*list)[i], path).Read(defaults));
    if (!names.insert(fleet.options.name).second) {
      return document.Fault(MemberPath(path, "name"),
                            "is another fleet's as well; give each a name of its own");
    }
    fleets.push_back(std::move(fleet));
  }
  return fleets;
}

StatusOr<std::vector<FleetConfig>> LoadFleets(const std::string& path, const FleetOptions& defaults) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const int why = errno;
    return MakeStatus(why == ENOENT ? StatusCode::kNotFound : StatusCode::kUnavailable,
                      "cannot read fleets " + path + ": " + std::strerror(why));
  }
  std::string text(kMostBytes + 1, '\0');  // One more than there may be, so that a longer one is told apart.
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return MakeStatus(StatusCode::kUnavailable, "cannot read fleets " + path);
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto fleets = ParseFleets(text, defaults);
  if (!fleets.ok()) return Annotate(fleets.status(), path);
  return fleets;
}

}  // namespace oofgg::servers
