#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "oofgg/status.h"
#include "storage/cached/game/row_bytes.h"
#include "storage/cached/game/row_table.h"

namespace oofgg::storage {

/// RowTable with the rows' type. Threads: safe.
template <class Row>
class RowCache {
 public:
  using RowPtr = std::shared_ptr<const Row>;
  using Reading = RowTable::Reading;

  RowCache(const Clock& clock, const RowCacheOptions& options) : table_(clock, options) {}

  [[nodiscard]] RowPtr Find(std::string_view key) {
    return std::static_pointer_cast<const Row>(table_.Find(key));
  }
  [[nodiscard]] Reading BeginReading(std::string_view key) { return table_.BeginReading(key); }
  void Keep(const Reading& reading, std::string_view key, const Row& row) {
    auto kept = std::make_shared<const Row>(row);
    const std::size_t bytes = BytesOf(*kept);
    table_.Keep(reading, key, std::move(kept), bytes);
  }

  /// The row as it is here, or as `read` tells it, whose answer is kept.
  template <typename Read>
  StatusOr<Row> FindOrRead(std::string_view key, Read read) {
    if (const RowPtr row = Find(key)) return *row;
    const Reading reading = BeginReading(key);
    StatusOr<Row> row = read();
    if (row.ok()) Keep(reading, key, *row);
    return row;
  }

  [[nodiscard]] bool is_exact() const { return table_.is_exact(); }

  /// A write of one row, from before the store hears of it until it has answered.
  class Writing {
   public:
    Writing(RowCache& cache, std::string_view key)
        : table_(cache.table_), key_(key), writing_(table_.BeginWriting(key_)) {}
    ~Writing() { table_.EndWriting(writing_, key_, std::move(row_), bytes_); }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

    /// How the row is now.
    void Keep(const Row& row) {
      auto kept = std::make_shared<const Row>(row);
      bytes_ = BytesOf(*kept);
      row_ = std::move(kept);
    }

   private:
    RowTable& table_;
    const std::string key_;
    const RowTable::Reading writing_;
    RowPtr row_;
    std::size_t bytes_ = 0;
  };

  /// The same of all rows that `is_one` says yes to.
  class WritingSome {
   public:
    template <typename IsOne>
    WritingSome(RowCache& cache, const IsOne& is_one) : table_(cache.table_) {
      table_.BeginWritingSome([&](const void* row) { return is_one(*static_cast<const Row*>(row)); });
    }
    ~WritingSome() { table_.EndWritingSome(); }
    WritingSome(const WritingSome&) = delete;
    WritingSome& operator=(const WritingSome&) = delete;

   private:
    RowTable& table_;
  };

 private:
  RowTable table_;
};

}  // namespace oofgg::storage
