#include "storage/redis/orchestration/request_keys.h"

namespace oofgg::storage::request_keys {
namespace {

std::string Key(std::string_view fleet, std::string_view what) {
  return "oofgg:{maker:" + std::string(fleet) + "}:" + std::string(what);
}

}  // namespace

std::string Rows(std::string_view fleet) { return Key(fleet, "requests"); }
std::string Line(std::string_view fleet) { return Key(fleet, "line"); }
std::string Released(std::string_view fleet) { return Key(fleet, "released"); }
std::string Servers(std::string_view fleet) { return Key(fleet, "servers"); }
std::string Owner(std::string_view fleet) { return Key(fleet, "owner"); }
std::string News(std::string_view fleet) { return Key(fleet, "news"); }
std::string Registered(std::string_view fleet) { return Key(fleet, "registered"); }
std::string Orders(std::string_view fleet) { return Key(fleet, "orders"); }
std::string Pace(std::string_view fleet) { return Key(fleet, "pace"); }

std::vector<std::string> Of(std::string_view fleet) {
  return {
      Rows(fleet),           Line(fleet),
      Key(fleet, "overdue"),                        // Sorted set of the ids in line, by deadline.
      Key(fleet, "lapsing"),                        // Sorted set of leased ids, by when the lease ends.
      Key(fleet, "failed"),                         // Sorted set of ids that failed, by deadline.
      Key(fleet, "seats"),                          // Hash: player → id of the request that holds the seat.
      Key(fleet, "held"),                           // Sorted set of these players, owned by their server.
      Released(fleet),       Key(fleet, "counts"),  // Hash: last sequence, fence and term, seats in line.
      News(fleet),           Owner(fleet),
      Servers(fleet),
  };
}

}  // namespace oofgg::storage::request_keys
