#include "storage/sqlite/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

enum class Where { kFile, kMemory };

class DatabaseTest : public ::testing::TestWithParam<Where> {
 protected:
  DatabaseTest()
      : database_(Database::Open(GetParam() == Where::kFile ? folder_ / "a.db" : ":memory:").value()) {
    constexpr std::array<std::string_view, 1> kSchema = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY);"
        "CREATE TABLE child (parent INTEGER REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED);"};
    EXPECT_TRUE(database_->Migrate("test", kSchema).ok());
  }

  static Status Insert(Connection& connection, std::int64_t id) {
    return connection.Prepare("INSERT INTO t (id) VALUES (?1)").Bind(1, id).Run();
  }

  static std::int64_t Number(Connection& connection, const char* sql) {
    Statement select = connection.Prepare(sql);
    const auto has_row = select.Step();
    EXPECT_TRUE(has_row.ok()) << has_row.status();
    return has_row.ok() && *has_row ? select.Int(0) : -1;
  }

  Status Insert(std::int64_t id) {
    return database_->Write([&](Connection& connection) { return Insert(connection, id); });
  }

  std::int64_t Number(const char* sql) {
    std::int64_t number = -1;
    const Status status = database_->Read([&](Connection& connection) -> Status {
      number = Number(connection, sql);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return number;
  }

  std::int64_t Count() { return Number("SELECT count(*) FROM t"); }

  const oofgg::testing::TemporaryDirectory folder_;
  const std::unique_ptr<Database> database_;
};

INSTANTIATE_TEST_SUITE_P(Databases, DatabaseTest, ::testing::Values(Where::kFile, Where::kMemory),
                         [](const auto& database) {
                           return database.param == Where::kFile ? "File" : "Memory";
                         });

TEST_P(DatabaseTest, AReadSeesWhatWasWrittenBefore) {
  EXPECT_EQ(Count(), 0);
  for (int i = 1; i <= 10; ++i) {
    ASSERT_TRUE(Insert(i).ok());
    ASSERT_EQ(Count(), i);
  }
}

TEST_P(DatabaseTest, AnErrorOfTheBodyRollsBackOnlyThatBody) {
  ASSERT_TRUE(Insert(1).ok());
  const Status status = database_->Write([&](Connection& connection) -> Status {
    OOFGG_RETURN_IF_ERROR(Insert(connection, 2));
    return MakeStatus(StatusCode::kAborted, "changed my mind");
  });
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_EQ(std::string(status.message()), "changed my mind");
  EXPECT_EQ(Count(), 1);
  EXPECT_EQ(Insert(1).code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(Insert(2).ok());
}

TEST_P(DatabaseTest, OfSeveralAtOnceEachIsRolledBackAlone) {
  ASSERT_TRUE(Insert(3).ok());
  std::vector<Status> results(5);
  database_->WriteTogether(
      [&](Connection& connection, std::size_t i) {
        return Insert(connection, static_cast<std::int64_t>(i == 4 ? 2 : i));
      },
      results);
  for (const std::size_t i : {0, 1, 2}) EXPECT_TRUE(results[i].ok()) << results[i];
  EXPECT_EQ(results[3].code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(results[4].code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Count(), 4);
  database_->WriteTogether([](Connection&, std::size_t) { return MakeStatus(StatusCode::kInternal, ""); },
                           {});
}

TEST_P(DatabaseTest, SeveralAtOnceFromManyThreadsEachHearTheirOwn) {
  constexpr std::size_t kThreads = 6;
  constexpr std::size_t kEach = 20;
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<Status> results(kEach);
      database_->WriteTogether(
          [&](Connection& connection, std::size_t i) -> Status {
            if (i % 2 == 1) return MakeStatus(StatusCode::kAborted, std::to_string(i));
            return Insert(connection, static_cast<std::int64_t>(thread * kEach + i));
          },
          results);
      for (std::size_t i = 0; i < kEach; ++i) {
        EXPECT_EQ(results[i].ok(), i % 2 == 0) << results[i];
        EXPECT_EQ(std::string(results[i].message()), i % 2 == 0 ? "" : std::to_string(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count(), static_cast<std::int64_t>(kThreads * kEach / 2));
}

TEST_P(DatabaseTest, AReadCannotWrite) {
  const auto insert = [](Connection& connection) { return Insert(connection, 1); };
  EXPECT_EQ(database_->Read(insert).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(database_->Write(insert).ok());
}

TEST_P(DatabaseTest, TheErrorOfAReadingBodyComesBack) {
  EXPECT_EQ(database_->Read([](Connection&) { return MakeStatus(StatusCode::kNotFound, "no"); }).code(),
            StatusCode::kNotFound);
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, ABodyThatAsksItsOwnDatabaseIsRefused) {
  const auto nothing = [](Connection&) { return absl::OkStatus(); };
  const auto ask = [&](Connection&) {
    EXPECT_EQ(database_->Read(nothing).code(), StatusCode::kFailedPrecondition);
    return database_->Write(nothing);
  };
  EXPECT_EQ(database_->Write(ask).code(), StatusCode::kFailedPrecondition);
  Status inner;
  const auto ask_for_several = [&](Connection&) -> Status {
    database_->WriteTogether([](Connection&, std::size_t) { return absl::OkStatus(); }, {&inner, 1});
    return inner;
  };
  EXPECT_EQ(database_->Write(ask_for_several).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(database_->Read(ask).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Insert(1).ok());
}

TEST_P(DatabaseTest, ABodyMayAskAnotherDatabase) {
  const auto other = Database::Open(":memory:").value();
  EXPECT_TRUE(
      database_
          ->Write([&](Connection&) { return other->Write([](Connection&) { return absl::OkStatus(); }); })
          .ok());
}

TEST_P(DatabaseTest, ABodyThatEndsTheTransactionStoresNothing) {
  for (const char* end : {"ROLLBACK", "COMMIT"}) {
    const Status status = database_->Write([&](Connection& connection) { return connection.Execute(end); });
    EXPECT_EQ(status.code(), StatusCode::kInternal) << end;
    EXPECT_THAT(std::string(status.message()), HasSubstr("has ended the transaction")) << end;
  }
  EXPECT_TRUE(Insert(1).ok());
}

TEST_P(DatabaseTest, WhenSqliteRollsEverythingBackTheCauseIsTold) {
  ASSERT_TRUE(Insert(1).ok());
  const Status status = database_->Write([](Connection& connection) -> Status {
    OOFGG_RETURN_IF_ERROR(Insert(connection, 2));
    return connection.Execute("INSERT OR ROLLBACK INTO t VALUES (1)");
  });
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Count(), 1);
  EXPECT_TRUE(Insert(2).ok());
}

TEST_P(DatabaseTest, AFullDiskIsUnavailableAndLosesNothing) {
  ASSERT_TRUE(Insert(1).ok());
  ASSERT_TRUE(database_->Write([](Connection& c) { return c.Execute("PRAGMA max_page_count = 10"); }).ok());
  const auto fill = [](Connection& connection) {
    return connection.Execute("CREATE TABLE big AS SELECT zeroblob(1000000) AS data");
  };
  EXPECT_EQ(database_->Write(fill).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Count(), 1);
  EXPECT_TRUE(Insert(2).ok());
}

TEST_P(DatabaseTest, WritersDoNotLoseEachOthersChanges) {
  ASSERT_TRUE(Insert(0).ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(
            database_->Write([](Connection& c) { return c.Execute("UPDATE t SET id = id + 1"); }).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Number("SELECT id FROM t"), 400);
}

// A commit can fail after every body of its group has succeeded; a deferred foreign key does it at will.
TEST_P(DatabaseTest, WhatWasNotAnsweredWithOkIsNotThere) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 40;
  std::array<std::vector<std::int64_t>, kThreads> acknowledged;
  std::atomic<int> poisoned = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        const std::int64_t id = t * kRounds + i;
        const bool poison = id % 7 == 0;
        const Status status = database_->Write([&](Connection& connection) -> Status {
          OOFGG_RETURN_IF_ERROR(Insert(connection, id));
          return poison ? connection.Execute("INSERT INTO child VALUES (-1)") : absl::OkStatus();
        });
        if (status.ok()) acknowledged[static_cast<std::size_t>(t)].push_back(id);
        if (poison) poisoned += status.code() == StatusCode::kFailedPrecondition ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::int64_t expected = 0;
  for (const auto& ids : acknowledged) {
    for (const std::int64_t id : ids) {
      EXPECT_EQ(Number(("SELECT count(*) FROM t WHERE id = " + std::to_string(id)).c_str()), 1) << id;
      ++expected;
    }
  }
  EXPECT_EQ(Count(), expected);
  EXPECT_EQ(poisoned, (kThreads * kRounds + 6) / 7) << "every poisoned group fails";
  EXPECT_EQ(Number("SELECT count(*) FROM child"), 0);
}

TEST_P(DatabaseTest, ManyReadersRunBesideAWriter) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) {
      const Status status = database_->Write([&](Connection& connection) -> Status {
        OOFGG_RETURN_IF_ERROR(Insert(connection, 2 * i));
        return Insert(connection, 2 * i + 1);
      });
      EXPECT_TRUE(status.ok()) << status;
    }
    stop = true;
  });
  std::vector<std::thread> readers;
  for (int t = 0; t < 8; ++t) {  // More than there are connections.
    readers.emplace_back([&] {
      while (!stop) EXPECT_EQ(Count() % 2, 0) << "half of a transaction was seen";
    });
  }
  writer.join();
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(Count(), 400);
}

class FileDatabaseTest : public DatabaseTest {};

INSTANTIATE_TEST_SUITE_P(Databases, FileDatabaseTest, ::testing::Values(Where::kFile));

TEST_P(FileDatabaseTest, AReadStaysOnItsSnapshot) {
  const Status status = database_->Read([&](Connection& connection) -> Status {
    EXPECT_EQ(Number(connection, "SELECT count(*) FROM t"), 0);
    std::thread([&] { EXPECT_TRUE(Insert(1).ok()); }).join();
    EXPECT_EQ(Number(connection, "SELECT count(*) FROM t"), 0);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(Count(), 1);
}

TEST_P(FileDatabaseTest, CommitsAreForcedToTheDiskAndForeignKeysAreOn) {
  const auto check = [](Connection& connection) -> Status {
    EXPECT_EQ(Number(connection, "PRAGMA synchronous"), 2) << "FULL";
    EXPECT_EQ(Number(connection, "PRAGMA foreign_keys"), 1);
    Statement mode = connection.Prepare("PRAGMA journal_mode");
    EXPECT_TRUE(mode.Step().value());
    EXPECT_EQ(mode.Text(0), "wal");
    return absl::OkStatus();
  };
  EXPECT_TRUE(database_->Write(check).ok());
  EXPECT_TRUE(database_->Read(check).ok());
}

unsigned ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777U;
}

TEST(DatabaseFileTest, OnlyTheOwnerMayReadWhatWeCreate) {
  const oofgg::testing::TemporaryDirectory folder;
  const mode_t before = umask(0);
  const auto database = Database::Open(folder / "new/deep/a.db").value();
  ASSERT_TRUE(database->Write([](Connection& c) { return c.Execute("CREATE TABLE t (id)"); }).ok());
  umask(before);
  EXPECT_EQ(ModeOf(folder / "new"), 0700U);
  EXPECT_EQ(ModeOf(folder / "new/deep"), 0700U);
  for (const char* file : {"a.db", "a.db-wal", "a.db-shm"}) {
    EXPECT_EQ(ModeOf(folder / (std::string("new/deep/") + file)), 0600U) << file;
  }
}

TEST(DatabaseFileTest, WhatCannotBeOpenedIsNamed) {
  const oofgg::testing::TemporaryDirectory folder;
  std::ofstream(folder / "text") << std::string(5000, 'x');
  const std::pair<std::string, StatusCode> bad[] = {{"", StatusCode::kInvalidArgument},
                                                    {folder / "text", StatusCode::kDataLoss},
                                                    {folder / "text/a.db", StatusCode::kFailedPrecondition},
                                                    {folder / ".", StatusCode::kFailedPrecondition}};
  for (const auto& [path, code] : bad) {
    const auto database = Database::Open(path);
    EXPECT_EQ(database.status().code(), code) << path << ": " << database.status();
    EXPECT_THAT(std::string(database.status().message()), AllOf(HasSubstr("database"), HasSubstr(path)));
  }
}

}  // namespace
}  // namespace oofgg::storage
