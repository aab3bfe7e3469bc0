#include "orchestration/fleet_orders.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace oofgg::orchestration {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::chrono::minutes kStale{1};
constexpr double kLongestEstimate = 24 * 3600;

std::int64_t MillisOf(WallTime when) {
  return std::chrono::duration_cast<milliseconds>(when.time_since_epoch()).count();
}

Status NotWrittenByUs(std::string_view what) {
  return MakeStatus(StatusCode::kInternal, "the stored " + std::string(what) + " of a fleet cannot be read");
}

template <typename Value>
bool ReadOptional(const Json& object, const char* name, std::optional<Value>& to) {
  const auto found = object.find(name);
  if (found == object.end()) return true;
  if constexpr (std::is_same_v<Value, std::string>) {
    if (!found->is_string()) return false;
  } else {
    if (!found->is_number_unsigned()) return false;
  }
  to = found->template get<Value>();
  return true;
}

bool ReadDraining(const Json& object, FleetOrders& orders) {
  const auto found = object.find("draining");
  if (found == object.end()) return true;
  if (!found->is_object()) return false;
  for (const auto& [id, until] : found->items()) {
    if (!until.is_number_integer() && !until.is_null()) return false;
    orders.draining[id] =
        until.is_null() ? FleetOrders::kNoDeadline : WallTime(milliseconds(until.get<std::int64_t>()));
  }
  return true;
}

}  // namespace

std::string EncodeOrders(const FleetOrders& orders) {
  Json object = Json::object();
  if (orders.min_ready) object["min_ready"] = *orders.min_ready;
  if (orders.max) object["max"] = *orders.max;
  if (orders.image) object["image"] = *orders.image;
  if (orders.command) object["command"] = *orders.command;
  for (const auto& [id, until] : orders.draining) {
    object["draining"][id] = until == FleetOrders::kNoDeadline ? Json() : Json(MillisOf(until));
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

StatusOr<FleetOrders> DecodeOrders(std::string_view text) {
  const Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  FleetOrders orders;
  const bool sound = object.is_object() && ReadOptional(object, "min_ready", orders.min_ready) &&
                     ReadOptional(object, "max", orders.max) && ReadOptional(object, "image", orders.image) &&
                     ReadOptional(object, "command", orders.command) && ReadDraining(object, orders);
  if (!sound) return NotWrittenByUs("orders");
  return orders;
}

std::string EncodePace(const FleetPace& pace) {
  return Json{{"requests_per_second", pace.requests_per_second},
              {"coming_seats", pace.coming_seats},
              {"start_time_ms", pace.start_time.count()},
              {"told_ms", MillisOf(pace.told)},
              {"trouble", pace.trouble}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

StatusOr<FleetPace> DecodePace(std::string_view text) {
  const Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto is_number = [&](const char* name) { return object.contains(name) && object[name].is_number(); };
  if (!object.is_object() || !is_number("requests_per_second") || !is_number("coming_seats") ||
      !is_number("start_time_ms") || !is_number("told_ms") || !object.contains("trouble") ||
      !object["trouble"].is_string()) {
    return NotWrittenByUs("pace");
  }
  return FleetPace{.requests_per_second = object["requests_per_second"].get<double>(),
                   .coming_seats = object["coming_seats"].get<std::size_t>(),
                   .start_time = milliseconds(object["start_time_ms"].get<std::int64_t>()),
                   .told = WallTime(milliseconds(object["told_ms"].get<std::int64_t>())),
                   .trouble = object["trouble"].get<std::string>()};
}

std::optional<seconds> EstimateWait(const FleetPace& pace, std::uint64_t position, WallTime now) {
  if (position == 0 || now - pace.told > kStale) return std::nullopt;
  const auto place = static_cast<double>(position);
  std::optional<double> wait;
  if (pace.requests_per_second > 0) wait = place / pace.requests_per_second;
  if (place <= static_cast<double>(pace.coming_seats) && pace.start_time.count() > 0) {
    const double start = std::chrono::duration<double>(pace.start_time).count();
    wait = (std::min)(wait.value_or(start), start);
  }
  if (!wait || *wait > kLongestEstimate) return std::nullopt;
  return seconds((std::max<std::int64_t>)(1, std::llround(std::ceil(*wait))));
}

}  // namespace oofgg::orchestration
