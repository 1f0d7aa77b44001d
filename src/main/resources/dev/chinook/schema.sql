-- The Chinook music store, as dev mode makes it.

CREATE TABLE artist (
    artist_id int PRIMARY KEY,
    name      text NOT NULL
);

CREATE TABLE album (
    album_id  int PRIMARY KEY,
    title     text NOT NULL,
    artist_id int NOT NULL REFERENCES artist
);

CREATE TABLE genre (
    genre_id int PRIMARY KEY,
    name     text NOT NULL
);

CREATE TABLE media_type (
    media_type_id int PRIMARY KEY,
    name          text NOT NULL
);

CREATE TABLE track (
    track_id      int PRIMARY KEY,
    name          text NOT NULL,
    album_id      int REFERENCES album,
    media_type_id int NOT NULL REFERENCES media_type,
    genre_id      int REFERENCES genre,
    composer      text,
    milliseconds  int NOT NULL,
    bytes         bigint,
    unit_price    numeric(10,2) NOT NULL,
    lyrics        text
);
-- Every tenth track has lyrics, longer than 8 KiB and stored beside the row as they are: a change of the
-- price does not send them again.
ALTER TABLE track ALTER COLUMN lyrics SET STORAGE EXTERNAL;

CREATE TABLE playlist (
    playlist_id int PRIMARY KEY,
    name        text NOT NULL
);

CREATE TABLE playlist_track (
    playlist_id int REFERENCES playlist,
    track_id    int REFERENCES track ON DELETE CASCADE,
    PRIMARY KEY (playlist_id, track_id)
);

CREATE TABLE employee (
    employee_id int PRIMARY KEY,
    last_name   text NOT NULL,
    first_name  text NOT NULL,
    title       text,
    reports_to  int REFERENCES employee,
    birth_date  date,
    hire_date   date,
    address     text,
    city        text,
    state       text,
    country     text,
    postal_code text,
    phone       text,
    fax         text,
    email       text
);

CREATE TABLE customer (
    customer_id    int PRIMARY KEY,
    first_name     text NOT NULL,
    last_name      text NOT NULL,
    company        text,
    address        text,
    city           text,
    state          text,
    country        text,
    postal_code    text,
    phone          text,
    fax            text,
    email          text NOT NULL,
    support_rep_id int REFERENCES employee
);

CREATE TABLE invoice (
    invoice_id          int PRIMARY KEY,
    customer_id         int NOT NULL REFERENCES customer,
    invoice_date        timestamp NOT NULL,
    billing_address     text,
    billing_city        text,
    billing_state       text,
    billing_country     text,
    billing_postal_code text,
    total               numeric(10,2) NOT NULL
);

CREATE TABLE invoice_line (
    invoice_line_id int PRIMARY KEY,
    invoice_id      int NOT NULL REFERENCES invoice ON UPDATE CASCADE,
    track_id        int NOT NULL REFERENCES track,
    unit_price      numeric(10,2) NOT NULL,
    quantity        int NOT NULL
);
CREATE INDEX ON invoice_line (invoice_id);
CREATE INDEX ON invoice_line (track_id);

-- A side table that is emptied by TRUNCATE now and then.
CREATE TABLE wishlist (
    customer_id int REFERENCES customer,
    track_id    int REFERENCES track ON DELETE CASCADE,
    note        text,
    PRIMARY KEY (customer_id, track_id)
);

-- How many steps the shop has made, one row.
CREATE TABLE shop_step (
    step bigint NOT NULL
);
INSERT INTO shop_step VALUES (0);
