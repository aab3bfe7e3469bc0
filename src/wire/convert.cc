#include "wire/convert.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <system_error>

namespace oofgg::wire {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// One second less than WallTime can hold, so that a fraction never overflows it.
constexpr std::int64_t kLatestSecond =
    std::chrono::duration_cast<seconds>(WallTime::max().time_since_epoch()).count() - 1;

constexpr std::int64_t kLongestSpanSeconds = std::int64_t{100} * 365 * 24 * 3600;

}  // namespace

Status ReadDecimal(std::string_view text, std::string_view field, Reading reading, std::uint32_t& to) {
  to = 0;
  if (text.empty()) return {};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, to);
  if (error == std::errc() && stop == end) return {};
  if (reading == Reading::kStrict) {
    return InvalidField(field, "is not a number; it must be a whole number from 0 to 4294967295, or empty");
  }
  to = error == std::errc::result_out_of_range ? std::numeric_limits<std::uint32_t>::max() : 0;
  return {};
}

bool IsKnown(int value, int last, std::string_view field, Reading reading, Status& status) {
  if (value >= 0 && value <= last) return true;
  if (reading == Reading::kStrict) {
    status = InvalidField(field, "is " + std::to_string(value) +
                                     ", which has no meaning here; it must be 0 to " + std::to_string(last));
  }
  return false;
}

void WriteTimestamp(WallTime time, ::google::protobuf::Timestamp& to) {
  const auto since_epoch = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch());
  const auto whole = std::chrono::floor<seconds>(since_epoch);  // Nanos are never negative on the wire.
  to.set_seconds(whole.count());
  to.set_nanos(static_cast<std::int32_t>((since_epoch - whole).count()));
}

WallTime ReadTimestamp(const ::google::protobuf::Timestamp& from) {
  const auto whole = std::clamp(from.seconds(), -kLatestSecond, kLatestSecond);
  const auto fraction = std::clamp(from.nanos(), 0, 999'999'999);
  return WallTime(std::chrono::duration_cast<WallTime::duration>(seconds(whole) + nanoseconds(fraction)));
}

std::int64_t MillisOf(WallTime time) {
  return std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
}

WallTime TimeOfMillis(std::int64_t millis) {
  return WallTime(milliseconds(std::clamp(millis, -kLatestSecond * 1000, kLatestSecond * 1000)));
}

Status ReadSeconds(std::int64_t count, std::string_view field, Reading reading, seconds& to) {
  const std::int64_t nearest = std::clamp(count, std::int64_t{0}, kLongestSpanSeconds);
  to = seconds(nearest);
  if (nearest == count || reading == Reading::kTolerant) return {};
  return InvalidField(field, "is " + std::to_string(count) + "; it must be 0 to " +
                                 std::to_string(kLongestSpanSeconds) + " seconds, a hundred years");
}

Status CheckCode(int code, std::string_view message) {
  if (code == 0) return {};
  std::string text = "the server answered with code " + std::to_string(code) + ": ";
  text += message;
  return MakeStatus(StatusCode::kUnknown, text);
}

Status LacksData(std::string_view what) {
  std::string text = "the server's answer lacks ";
  text += what;
  return MakeStatus(StatusCode::kInternal, text);
}

}  // namespace oofgg::wire
